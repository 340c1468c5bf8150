package dev.thaw.cli;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

@Command(
        name = "devices",
        header = "Prints the devices of this machine.",
        customSynopsis = "thaw devices [--device DEVICE]",
        description =
                """
                And the versions of their libraries, the files that these came from, and which \
                device a model takes by itself. With --device, that one alone: the exit code is 1 \
                where it does not work here.""")
final class DevicesCommand implements Callable<Integer> {
    private static final int MOST_GPUS = 64;

    @ParentCommand private Thaw thaw;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        if (thaw.namesDevice()) {
            describe(thaw.device().toString(), thaw.device().open());
            return 0;
        }
        print("auto", Device.auto());
        print("cpu", Device.cpu());
        int index = 0;
        while (index < MOST_GPUS && print("cuda:" + index, Device.cuda(index))) {
            index++;
        }
        return 0;
    }

    private boolean print(String label, Device device) {
        try {
            describe(label, device.open());
            return true;
        } catch (BackendUnavailableException e) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(label + " is not available: " + e.getMessage());
            out.flush();
            return false;
        }
    }

    private void describe(String label, Backend backend) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(label + " is " + backend.name());
        for (String fact : backend.description().split("; ")) {
            out.println("    " + fact);
        }
        out.flush();
    }
}
