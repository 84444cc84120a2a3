#include <cstdio>

int main() { std::puts("evenkeel " EVENKEEL_VERSION); }
