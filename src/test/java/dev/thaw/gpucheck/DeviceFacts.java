package dev.thaw.gpucheck;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Device;

/** Opens the device of the check and prints what it is, a fact a line. */
public final class DeviceFacts {
    private DeviceFacts() {}

    /** The device is {@link Device#auto()}; where it cannot be opened, it fails. */
    public static void main(String[] args) {
        Backend backend = Device.auto().open();
        System.out.println(backend.name());
        for (String fact : backend.description().split("; ")) {
            System.out.println("    " + fact);
        }
        // some threads of the libraries are not daemons
        System.exit(0);
    }
}
