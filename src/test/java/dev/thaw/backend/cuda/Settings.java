package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;

import java.util.HashMap;
import java.util.Map;

/** Backends with settings of their own, which are read when a device is opened. */
public final class Settings {
    private Settings() {}

    /** Another backend on the same device, with these system properties. */
    public static Backend open(Map<String, String> properties) {
        return open(properties, null);
    }

    /** The same, whose trials go by this clock; null for the device's own. */
    static Backend open(Map<String, String> properties, Stopwatch watch) {
        CudaDevice.open();
        Map<String, String> before = new HashMap<>();
        properties.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
        try {
            return watch == null
                    ? new CudaProvider().open(0)
                    : new CudaBackend(
                            0, CudaProvider.libraries(), CudaKernelTable.complete(), watch);
        } finally {
            before.forEach(
                    (name, value) -> {
                        if (value == null) {
                            System.clearProperty(name);
                        } else {
                            System.setProperty(name, value);
                        }
                    });
        }
    }

    /** A backend that runs batch normalization by {@code own}, {@code cudnn} or another one. */
    public static Backend batchNorm(String candidate) {
        return open(Map.of("thaw.cuda.batchnorm", candidate));
    }

    /** A backend that measures the algorithms of convolutions. */
    public static Backend finding() {
        return open(Map.of(CudnnFind.PROPERTY, "find"));
    }
}
