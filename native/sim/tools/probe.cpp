// Exits with 0 and prints the first GPU's name where a driver works; a process of its own, so that
// nothing of the driver stays in the JVM that asks.
#include <cstdio>
#include <dlfcn.h>

int main() {
    void* driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (!driver) {
        return 1;
    }
    auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
    auto count = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
    auto name = reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
    int devices = 0;
    if (!init || !count || !name || init(0) || count(&devices) || devices == 0) {
        return 1;
    }
    char text[128] = "";
    name(text, sizeof text, 0);
    puts(text);
    return 0;
}
