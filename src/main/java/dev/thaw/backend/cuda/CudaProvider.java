package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendProvider;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.file.CacheFolder;

/** Offers NVIDIA GPUs to {@link java.util.ServiceLoader}. */
public final class CudaProvider implements BackendProvider {
    private static NativeLibraries loaded;

    @Override
    public String kind() {
        return "cuda";
    }

    @Override
    public int preference() {
        return 100;
    }

    @Override
    public Backend open(int index) {
        NativeLibraries libraries = libraries();
        try {
            return new CudaBackend(index, libraries, CudaKernelTable.complete(), null);
        } catch (CudaException | DeviceOutOfMemoryException e) {
            throw new BackendUnavailableException(
                    "%s; check with nvidia-smi that the GPU is free, and that %s and %s belong to one version of CUDA, or run on the CPU"
                            .formatted(e.getMessage(), libraries.cublas(), libraries.cudnn()),
                    e);
        }
    }

    /** NVIDIA's libraries, loaded once per process. */
    static synchronized NativeLibraries libraries() {
        if (loaded == null) {
            NativeLibraries found = find();
            found.load(NativeFolder.unpack(CacheFolder.get()));
            loaded = found;
        }
        return loaded;
    }

    private static NativeLibraries find() {
        LibrarySearch search = LibrarySearch.ofThisMachine();
        if (!search.exclusive() && !NativeLibraries.complete(search)) {
            RedistFolder.unpack(CacheFolder.get()).ifPresent(search::append);
        }
        return NativeLibraries.find(search);
    }
}
