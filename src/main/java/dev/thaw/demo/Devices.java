package dev.thaw.demo;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;

/**
 * Prints the devices of this machine, the versions of their libraries and the files that these came
 * from, and which device a model takes by itself: {@code mvn compile exec:java
 * -Dexec.mainClass=dev.thaw.demo.Devices}.
 */
public final class Devices {
    private static final int MOST_GPUS = 64;

    private Devices() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
        print("auto", Device.auto());
        print("cpu", Device.cpu());
        int index = 0;
        while (index < MOST_GPUS && print("cuda:" + index, Device.cuda(index))) {
            index++;
        }
    }

    private static boolean print(String label, Device device) {
        try {
            Backend backend = device.open();
            System.out.println(label + " is " + backend.name());
            for (String fact : backend.description().split("; ")) {
                System.out.println("    " + fact);
            }
            return true;
        } catch (BackendUnavailableException e) {
            System.out.println(label + " is not available: " + e.getMessage());
            return false;
        }
    }
}
