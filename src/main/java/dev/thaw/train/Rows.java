package dev.thaw.train;

import dev.thaw.tensor.DType;
import dev.thaw.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows of some data in the types that programs want them in; each is converted once. */
final class Rows {
    private record Key(int target, DType dtype) {}

    private final TrainingData data;
    private final Map<Key, Tensor> targets = new HashMap<>();

    Rows(TrainingData data) {
        this.data = data;
    }

    TrainingData data() {
        return data;
    }

    /** What goes into these inputs, all rows of it. */
    List<Tensor> of(List<Feed> feeds) {
        return feeds.stream().map(this::of).toList();
    }

    private Tensor of(Feed feed) {
        return switch (feed.from()) {
            case X -> data.x().get(feed.index());
            case Y ->
                    targets.computeIfAbsent(
                            new Key(feed.index(), feed.value().dtype()),
                            k -> Targets.as(data.y().get(k.target), k.dtype));
            case WEIGHT -> data.weights().get(feed.index()).orElseThrow();
        };
    }
}
