// Modules: shared objects that build.sh makes from the project's .cu files, and their launches.
#include "sim.h"

#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <link.h>
#include <map>
#include <unistd.h>
#include <vector>

using namespace thaw::sim;
using Guard = std::lock_guard<std::recursive_mutex>;

/** As in include/cudasim.h: alignment is of what a pointer points to, 0 for no pointer. */
struct ThawSimParameter {
    unsigned bytes, alignment;
};

namespace {
/** First line of a simulated module's image; the second is the path of its shared object. */
const char MAGIC[] = "THAW SIMULATED MODULE";
constexpr unsigned DEFAULT_DYNAMIC_SHARED = 48 << 10;
constexpr unsigned MOST_DYNAMIC_SHARED = 163 << 10; // compute capability 8.0
constexpr unsigned MOST_THREADS = 1024;
constexpr int THREADS_PER_PROCESSOR = 2048;

struct Kernel {
    std::string name;
    void (*thunk)(void**);
    std::vector<ThawSimParameter> parameters;
    unsigned maxThreads;
};

struct Segment {
    uintptr_t start;
    size_t bytes;
};

/** A loaded shared object; it stays loaded, modules come and go. */
struct Image {
    void* handle = nullptr;
    std::map<std::string, Kernel> kernels;
    std::vector<Segment> segments;
    uintptr_t base = 0;
    size_t sharedBytes = 0; // its thread-local variables are its kernels' __shared__ ones
    void* (*touchShared)() = nullptr;
};

struct Module;
struct Function {
    const Kernel* kernel;
    Module* module;
    unsigned maxDynamic = DEFAULT_DYNAMIC_SHARED;
};
struct Module {
    Image* image;
    std::map<std::string, Function*> functions;
};

Handles<Module>& modules() {
    static auto* h = new Handles<Module>(LIVE_MODULES);
    return *h;
}
std::set<Function*>& functions() {
    static auto* s = new std::set<Function*>;
    return *s;
}
std::map<std::string, Image>& images() {
    static auto* m = new std::map<std::string, Image>;
    return *m;
}
Image* loading;

int readSegments(dl_phdr_info* info, size_t, void* data) {
    auto* image = static_cast<Image*>(data);
    if (info->dlpi_addr != image->base) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const auto& header = info->dlpi_phdr[i];
        if (header.p_type == PT_LOAD) {
            image->segments.push_back({image->base + header.p_vaddr, header.p_memsz});
        } else if (header.p_type == PT_TLS) {
            image->sharedBytes = header.p_memsz;
        }
    }
    return 1;
}

bool inSegments(const Image& image, uintptr_t address, size_t bytes) {
    for (const Segment& s : image.segments) {
        if (address >= s.start && address + bytes <= s.start + s.bytes) {
            return true;
        }
    }
    return false;
}

struct SharedQuery {
    uintptr_t base;
    void* block;
};
int readShared(dl_phdr_info* info, size_t, void* data) {
    auto* query = static_cast<SharedQuery*>(data);
    if (info->dlpi_addr != query->base) {
        return 0;
    }
    query->block = info->dlpi_tls_data;
    return 1;
}

/** This thread's copy of the shared variables. */
void* sharedBlock(const Image& image) {
    if (!image.sharedBytes) {
        return nullptr;
    }
    image.touchShared(); // the loader makes the copy at the first use
    SharedQuery query{image.base, nullptr};
    dl_iterate_phdr(readShared, &query);
    return query.block;
}

int open(void** out, const std::string& path) {
    if (access(path.c_str(), R_OK) != 0) {
        return refuse(FILE_NOT_FOUND, "cuModuleLoad: cannot read %s", path.c_str());
    }
    auto inserted = images().try_emplace(path);
    Image& image = inserted.first->second;
    if (inserted.second) {
        loading = &image;
        image.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        loading = nullptr;
        if (!image.handle) {
            std::string why = dlerror();
            images().erase(path);
            return refuse(INVALID_IMAGE, "cuModuleLoad: %s", why.c_str());
        }
        link_map* map = nullptr;
        dlinfo(image.handle, RTLD_DI_LINKMAP, &map);
        image.base = map->l_addr;
        dl_iterate_phdr(readSegments, &image);
        image.touchShared =
                reinterpret_cast<void* (*)()>(dlsym(image.handle, "thaw_sim_touch_shared"));
    }
    *out = modules().add(new Module{&image, {}});
    return SUCCESS;
}

int load(void** out, const char* data) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    size_t magic = strlen(MAGIC);
    if (!data || strncmp(data, MAGIC, magic) != 0 || data[magic] != '\n') {
        return refuse(INVALID_IMAGE, "cuModuleLoadData: the image is no simulated module; see "
                                     "native/sim/build.sh, which makes kernels/NAME.cubin");
    }
    const char* path = data + magic + 1;
    return open(out, std::string(path, strcspn(path, "\n")));
}

Function* function(const void* handle) {
    auto* f = static_cast<Function*>(const_cast<void*>(handle));
    return functions().count(f) ? f : nullptr;
}

int noFunction(const char* call) {
    return refuse(INVALID_HANDLE, "%s: no function of a module that is loaded", call);
}

int checkShape(const Function& f, const Dim& grid, const Dim& block, unsigned dynamic) {
    const char* name = f.kernel->name.c_str();
    uint64_t threads = uint64_t(block.x) * block.y * block.z;
    if (!grid.x || !grid.y || !grid.z || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) {
        return refuse(INVALID_VALUE, "kernel %s: grid (%u,%u,%u) is out of range", name, grid.x,
                      grid.y, grid.z);
    }
    if (!threads || block.x > MOST_THREADS || block.y > MOST_THREADS || block.z > 64
        || threads > MOST_THREADS) {
        return refuse(INVALID_VALUE, "kernel %s: block (%u,%u,%u) is out of range", name, block.x,
                      block.y, block.z);
    }
    if (threads > f.kernel->maxThreads) {
        return refuse(LAUNCH_OUT_OF_RESOURCES, "kernel %s: %lu threads, its __launch_bounds__ say %u",
                      name, (unsigned long)threads, f.kernel->maxThreads);
    }
    if (dynamic > f.maxDynamic) {
        return refuse(INVALID_VALUE,
                      "kernel %s: %u bytes of dynamic shared memory, allowed are %u (cuFuncSetAttribute)",
                      name, dynamic, f.maxDynamic);
    }
    return SUCCESS;
}

/** A launch's own copy of its arguments, as a driver makes. */
struct Arguments {
    std::vector<void*> pointers; // into bytes; kept in one block with them for the access check
    std::vector<uint64_t> storage;

    Arguments(const Kernel& kernel, void** values) {
        size_t slots = kernel.parameters.size();
        std::vector<size_t> offsets;
        for (const auto& p : kernel.parameters) {
            slots += slots & 1; // 16-byte alignment, for vector types
            offsets.push_back(slots);
            slots += (p.bytes + 7) / 8;
        }
        storage.resize(slots + 2);
        for (size_t i = 0; i < offsets.size(); i++) {
            memcpy(base() + offsets[i], values[i], kernel.parameters[i].bytes);
            base()[i] = uint64_t(base() + offsets[i]);
        }
    }
    Arguments(const Arguments&) = delete;
    uint64_t* base() {
        return reinterpret_cast<uint64_t*>((uintptr_t(storage.data()) + 15) & ~uintptr_t(15));
    }
    void** table() {
        return reinterpret_cast<void**>(base());
    }
    size_t bytes() const {
        return (storage.size() - 1) * sizeof(uint64_t);
    }
};

/** A pointer must be null or lead into live memory; one just past an end is an empty array. */
int checkPointers(const Kernel& kernel, void** arguments) {
    for (size_t i = 0; i < kernel.parameters.size(); i++) {
        unsigned alignment = kernel.parameters[i].alignment;
        if (!alignment) {
            continue;
        }
        char* p = *static_cast<char**>(arguments[i]);
        if (!p || checkDevice(p, 1, 1) == SUCCESS || checkDevice(p - 1, 1, 1) == SUCCESS) {
            if (uintptr_t(p) % alignment) {
                return refuse(MISALIGNED_ADDRESS, "kernel %s: argument %zu, %p, is no multiple of %u",
                              kernel.name.c_str(), i, static_cast<void*>(p), alignment);
            }
            continue;
        }
        return refuse(ILLEGAL_ADDRESS, "kernel %s: argument %zu: %s", kernel.name.c_str(), i,
                      describe(p, 1).c_str());
    }
    return SUCCESS;
}

int execute(Function* f, const Dim& grid, const Dim& block, unsigned dynamic, Arguments& arguments) {
    if (!functions().count(f)) {
        return noFunction("a queued or captured launch");
    }
    if (int status = checkPointers(*f->kernel, arguments.table())) {
        return status;
    }
    counter(KERNEL_LAUNCHES)++;
    if (setting(DRY)) {
        return SUCCESS;
    }
    const Image& image = *f->module->image;
    return run({f->kernel->name.c_str(), f->kernel->thunk, arguments.table(), arguments.bytes(),
                grid, block, dynamic, sharedBlock(image), image.sharedBytes});
}
} // namespace

bool thaw::sim::inModules(uintptr_t address, size_t bytes) {
    for (auto& entry : images()) {
        if (inSegments(entry.second, address, bytes)) {
            return true;
        }
    }
    return false;
}

namespace {
std::set<uintptr_t>& functionsThatRan() {
    static auto* s = new std::set<uintptr_t>;
    return *s;
}
} // namespace

void thaw::sim::ran(const void* function) {
    static const void* recent[4096]; // nearly all are repetitions
    const void*& slot = recent[uintptr_t(function) / 16 % 4096];
    if (slot != function) {
        slot = function;
        functionsThatRan().insert(uintptr_t(function));
    }
}

std::string thaw::sim::forms() {
    std::string lines;
    for (auto& entry : images()) {
        for (uintptr_t f : functionsThatRan()) {
            if (inSegments(entry.second, f, 1)) {
                char place[32];
                snprintf(place, sizeof place, " %lx\n", (unsigned long)(f - entry.second.base));
                lines += entry.first + place;
            }
        }
    }
    return lines;
}

/** Called by a module's static initializers, once for each kernel. */
THAW_API void thaw_sim_register(const char* name, void (*thunk)(void**),
                                const ThawSimParameter* parameters, int count,
                                unsigned maxThreads) {
    if (loading) {
        loading->kernels[name] = {name, thunk, {parameters, parameters + count},
                                  maxThreads ? maxThreads : MOST_THREADS};
    }
}

THAW_API int cuModuleLoad(void** out, const char* path) {
    Guard g(lock());
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return refuse(FILE_NOT_FOUND, "cuModuleLoad: cannot read %s", path);
    }
    char start[4] = {};
    file.read(start, sizeof start);
    if (memcmp(start, "\x7f" "ELF", 4) == 0) {
        int status = ready();
        return status ? status : open(out, path);
    }
    file.seekg(0);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    return load(out, text.c_str());
}

THAW_API int cuModuleLoadData(void** out, const void* image) {
    return load(out, static_cast<const char*>(image));
}

THAW_API int cuModuleLoadDataEx(void** out, const void* image, unsigned, int*, void**) {
    return load(out, static_cast<const char*>(image));
}

THAW_API int cuModuleLoadFatBinary(void** out, const void* image) {
    return load(out, static_cast<const char*>(image));
}

THAW_API int cuModuleUnload(void* handle) {
    Guard g(lock());
    Module* m = modules().get(handle);
    if (!m) {
        return refuse(INVALID_HANDLE, "cuModuleUnload: no module that is loaded");
    }
    int status = drainAll();
    for (auto& entry : m->functions) {
        functions().erase(entry.second);
    }
    modules().remove(m);
    return status;
}

THAW_API int cuModuleGetFunction(void** out, void* handle, const char* name) {
    Guard g(lock());
    Module* m = modules().get(handle);
    if (!m) {
        return refuse(INVALID_HANDLE, "cuModuleGetFunction: no module that is loaded");
    }
    auto kernel = m->image->kernels.find(name);
    if (kernel == m->image->kernels.end()) {
        return refuse(NOT_FOUND, "cuModuleGetFunction: the module has no kernel %s", name);
    }
    Function*& f = m->functions[name];
    if (!f) {
        f = new Function{&kernel->second, m};
        functions().insert(f);
    }
    *out = f;
    return SUCCESS;
}

THAW_API int cuModuleGetGlobal_v2(uint64_t* address, size_t* bytes, void* handle, const char* name) {
    Guard g(lock());
    Module* m = modules().get(handle);
    if (!m) {
        return refuse(INVALID_HANDLE, "cuModuleGetGlobal: no module that is loaded");
    }
    void* symbol = dlsym(m->image->handle, name);
    Dl_info info;
    ElfW(Sym)* entry = nullptr;
    if (!symbol
        || !dladdr1(symbol, &info, reinterpret_cast<void**>(&entry), RTLD_DL_SYMENT) || !entry) {
        return refuse(NOT_FOUND, "cuModuleGetGlobal: the module has no variable %s", name);
    }
    if (address) {
        *address = uint64_t(symbol);
    }
    if (bytes) {
        *bytes = entry->st_size;
    }
    return SUCCESS;
}

THAW_API int cuFuncGetModule(void** out, void* handle) {
    Guard g(lock());
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuFuncGetModule");
    }
    *out = f->module;
    return SUCCESS;
}

THAW_API int cuFuncSetCacheConfig(void* handle, int) {
    Guard g(lock());
    return function(handle) ? int(SUCCESS) : noFunction("cuFuncSetCacheConfig");
}

THAW_API int cuFuncSetAttribute(void* handle, int attribute, int value) {
    Guard g(lock());
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuFuncSetAttribute");
    }
    if (attribute == 8) { // MAX_DYNAMIC_SHARED_SIZE_BYTES
        if (value < 0 || unsigned(value) > MOST_DYNAMIC_SHARED) {
            return refuse(INVALID_VALUE, "kernel %s: %d bytes of dynamic shared memory, at most %u",
                          f->kernel->name.c_str(), value, MOST_DYNAMIC_SHARED);
        }
        f->maxDynamic = unsigned(value);
    }
    return SUCCESS;
}

THAW_API int cuFuncGetAttribute(int* value, int attribute, void* handle) {
    Guard g(lock());
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuFuncGetAttribute");
    }
    switch (attribute) {
    case 0: // MAX_THREADS_PER_BLOCK
        *value = int(f->kernel->maxThreads);
        break;
    case 4: // NUM_REGS: unknown here, a plausible number
        *value = 32;
        break;
    case 5: // PTX_VERSION
    case 6: // BINARY_VERSION
        *value = 80;
        break;
    case 8:
        *value = int(f->maxDynamic);
        break;
    default:
        *value = 0;
    }
    return SUCCESS;
}

THAW_API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* handle, int blockSize,
                                                         size_t dynamic) {
    Guard g(lock());
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuOccupancyMaxActiveBlocksPerMultiprocessor");
    }
    if (blockSize <= 0) {
        return INVALID_VALUE;
    }
    bool fits = unsigned(blockSize) <= f->kernel->maxThreads && dynamic <= f->maxDynamic;
    *blocks = fits ? std::min(32, THREADS_PER_PROCESSOR / blockSize) : 0;
    return SUCCESS;
}

THAW_API int cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, void* handle,
                                                                  int blockSize, size_t dynamic,
                                                                  unsigned) {
    return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, handle, blockSize, dynamic);
}

THAW_API int cuOccupancyMaxPotentialBlockSize(int* grid, int* block, void* handle,
                                              size_t (*)(int), size_t, int limit) {
    Guard g(lock());
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuOccupancyMaxPotentialBlockSize");
    }
    *block = int(limit > 0 ? std::min(unsigned(limit), f->kernel->maxThreads)
                           : f->kernel->maxThreads);
    *grid = int(setting(PROCESSORS)) * std::max(1, THREADS_PER_PROCESSOR / *block);
    return SUCCESS;
}

THAW_API int cuOccupancyMaxPotentialBlockSizeWithFlags(int* grid, int* block, void* handle,
                                                       size_t (*dynamicOf)(int), size_t dynamic,
                                                       int limit, unsigned) {
    return cuOccupancyMaxPotentialBlockSize(grid, block, handle, dynamicOf, dynamic, limit);
}

THAW_API int cuLaunchKernel(void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                            unsigned by, unsigned bz, unsigned dynamic, void* stream,
                            void** parameters, void** extra) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Function* f = function(handle);
    if (!f) {
        return noFunction("cuLaunchKernel");
    }
    Dim grid{gx, gy, gz}, block{bx, by, bz};
    if (int status = checkShape(*f, grid, block, dynamic)) {
        return status;
    }
    const Kernel& kernel = *f->kernel;
    if (extra || (!parameters && !kernel.parameters.empty())) {
        return refuse(extra ? NOT_SUPPORTED : INVALID_VALUE,
                      "kernel %s: its arguments come as kernelParams here", kernel.name.c_str());
    }
    auto arguments = std::make_shared<Arguments>(kernel, parameters);
    return submit(stream, kernel.name,
                  [=] { return execute(f, grid, block, dynamic, *arguments); });
}
