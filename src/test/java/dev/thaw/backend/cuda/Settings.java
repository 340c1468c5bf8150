package dev.thaw.backend.cuda;

import dev.thaw.backend.spi.Backend;

import java.util.Map;

/** Backends with settings of their own, which are read when a device is opened. */
public final class Settings {
    private Settings() {}

    /** Another backend on the same device, with these system properties. */
    public static Backend open(Map<String, String> properties) {
        CudaDevice.open();
        properties.forEach(System::setProperty);
        try {
            return new CudaProvider().open(0);
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    /** A backend that prefers cuDNN for these, {@code batchnorm}. */
    public static Backend cudnn(String uses) {
        return open(Map.of(CudnnUse.PROPERTY, uses));
    }

    /** A backend that measures the algorithms of convolutions. */
    public static Backend finding() {
        return open(Map.of(CudnnFind.PROPERTY, "find"));
    }
}
