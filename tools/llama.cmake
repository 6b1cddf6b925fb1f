# What tools/install.py has CMake read when it configures llama-cpp-python.
# The package loads llama and ggml alone, but its own CMakeLists.txt also switches on the library
# of llama.cpp's tools, half of the compilation. A plain variable goes before that cache entry.
set(LLAMA_BUILD_COMMON OFF)
