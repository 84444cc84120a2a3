# The time zones of Abseil and what they call.
add_library(absl::time INTERFACE IMPORTED)
target_include_directories(absl::time INTERFACE ${EVENKEEL_PREFIX}/include)
set(libraries time time_zone civil_time strings strings_internal int128 base spinlock_wait throw_delegate
  raw_logging_internal log_severity)
list(TRANSFORM libraries REPLACE "(.+)" "${EVENKEEL_PREFIX}/lib/libabsl_\\1.a")
target_link_libraries(absl::time INTERFACE -Wl,--start-group ${libraries} -Wl,--end-group)
