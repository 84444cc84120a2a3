add_library(pugixml::pugixml STATIC IMPORTED)
set_target_properties(pugixml::pugixml PROPERTIES IMPORTED_LOCATION ${EVENKEEL_PREFIX}/lib/libpugixml.a)
target_include_directories(pugixml::pugixml INTERFACE ${EVENKEEL_PREFIX}/include)
