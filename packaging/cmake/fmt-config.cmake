add_library(fmt::fmt STATIC IMPORTED)
set_target_properties(fmt::fmt PROPERTIES IMPORTED_LOCATION ${EVENKEEL_PREFIX}/lib/libfmt.a)
target_include_directories(fmt::fmt INTERFACE ${EVENKEEL_PREFIX}/include)
