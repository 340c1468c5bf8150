package dev.thaw.backend.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;

/**
 * Names where a model runs. Each device is opened once per process and shared by all models on it.
 *
 * @param kind the backend's kind: {@code auto}, {@code cpu}, {@code cuda}
 * @param index which one of several, from 0
 */
public record Device(String kind, int index) {
    /** The system property that chooses the device of models that name none. */
    public static final String PROPERTY = "thaw.device";

    /** The environment variable that does the same where the property is absent. */
    public static final String ENVIRONMENT = "THAW_DEVICE";

    private static final Logger LOG = LoggerFactory.getLogger(Device.class);

    private static final Map<Device, Backend> OPEN = new HashMap<>();

    /**
     * The best device that works here: the property or variable if set, else a GPU, else the CPU.
     */
    public static Device auto() {
        return new Device("auto", 0);
    }

    /** The CPU. */
    public static Device cpu() {
        return new Device("cpu", 0);
    }

    /** An NVIDIA GPU. */
    public static Device cuda(int index) {
        return new Device("cuda", index);
    }

    /** Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:1}. */
    public static Device parse(String text) {
        Objects.requireNonNull(text, "device: text");
        String[] parts = text.strip().split(":", 2);
        try {
            return new Device(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "device: expects auto, cpu, cuda or cuda:INDEX, got '%s'".formatted(text), e);
        }
    }

    /** The backend of this device, opened at the first call. */
    public Backend open() {
        synchronized (OPEN) {
            Backend b = OPEN.get(this);
            if (b == null) {
                b = kind.equals("auto") ? openBest() : provider(kind).open(index);
                OPEN.put(this, b);
                if (!kind.equals("auto")) {
                    LOG.info("{}: {}", b.name(), b.description());
                }
            }
            return b;
        }
    }

    private static Backend openBest() {
        String wish = System.getProperty(PROPERTY, System.getenv(ENVIRONMENT));
        if (wish != null && !wish.isBlank() && !parse(wish).kind.equals("auto")) {
            return parse(wish).open();
        }
        List<String> refusals = new ArrayList<>();
        for (BackendProvider p : providers()) {
            try {
                return new Device(p.kind(), 0).open();
            } catch (BackendUnavailableException e) {
                refusals.add("%s: %s".formatted(p.kind(), e.getMessage()));
            }
        }
        throw new BackendUnavailableException(
                "no backend works here. " + String.join("; ", refusals), null);
    }

    private static BackendProvider provider(String kind) {
        List<BackendProvider> all = providers();
        return all.stream()
                .filter(p -> p.kind().equals(kind))
                .findFirst()
                .orElseThrow(
                        () ->
                                new BackendUnavailableException(
                                        "device: no backend '%s' is on the class path; there is %s"
                                                .formatted(
                                                        kind,
                                                        all.stream()
                                                                .map(BackendProvider::kind)
                                                                .toList()),
                                        null));
    }

    private static List<BackendProvider> providers() {
        List<BackendProvider> all = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class, Device.class.getClassLoader()).forEach(all::add);
        all.sort(Comparator.comparingInt(BackendProvider::preference).reversed());
        return all;
    }

    @Override
    public String toString() {
        return kind.equals("cuda") ? kind + ":" + index : kind;
    }
}
