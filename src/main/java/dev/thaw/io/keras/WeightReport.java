package dev.thaw.io.keras;

import java.util.List;

/**
 * What became of a file's weights, and of a network's, each by its path: {@code base/conv/kernel}.
 *
 * @param taken weights of the network that have the file's values now
 * @param missing weights of the network for which the file has nothing
 * @param left weights of the file for which the network has no place
 * @param skipped layers that kept their own weights, and why
 */
public record WeightReport(
        List<String> taken, List<String> missing, List<String> left, List<String> skipped) {
    private static final int SHOWN = 8;

    /** Keeps its own copies. */
    public WeightReport {
        taken = List.copyOf(taken);
        missing = List.copyOf(missing);
        left = List.copyOf(left);
        skipped = List.copyOf(skipped);
    }

    /** Whether all weights of the file found a place, and all of the network a value. */
    public boolean isComplete() {
        return missing.isEmpty() && left.isEmpty() && skipped.isEmpty();
    }

    /** Numbers, and the first few names of each list. */
    @Override
    public String toString() {
        return "taken %s%nmissing in the file %s%nleft in the file %s%nskipped %s"
                .formatted(text(taken), text(missing), text(left), text(skipped));
    }

    private static String text(List<String> names) {
        if (names.isEmpty()) {
            return "0";
        }
        String first = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return "%d: %s%s".formatted(names.size(), first, names.size() > SHOWN ? ", .." : "");
    }
}
