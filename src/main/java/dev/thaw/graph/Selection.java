package dev.thaw.graph;

import dev.thaw.layer.Layer;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Picks layers out of a model's layers. */
public interface Selection {
    /** The picked ones. The layers are in order, each before those inside it. */
    List<Layer> select(List<Layer> layersInOrder);

    /** Whether a picked layer stands for all layers inside it too; default false. */
    default boolean takesWhole() {
        return false;
    }

    /**
     * The layers before the one of this name, or where there is none before the first whose name
     * starts with it and an underscore.
     */
    static Selection until(String name) {
        return new Named(
                "until(%s)".formatted(name), false, all -> all.subList(0, indexOf(all, name)));
    }

    /**
     * The layer of this name, or where there is none the first whose name starts with it and an
     * underscore, and all after it.
     */
    static Selection from(String name) {
        return new Named(
                "from(%s)".formatted(name),
                false,
                all -> all.subList(indexOf(all, name), all.size()));
    }

    /**
     * The layers whose name matches and all inside them, with {@code *} for any letters: {@code
     * block_*_bn}.
     */
    static Selection matching(String glob) {
        Objects.requireNonNull(glob, "selection: glob");
        Pattern p =
                Pattern.compile(
                        Arrays.stream(glob.split("\\*", -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*")));
        return new Named(
                "matching(%s)".formatted(glob),
                true,
                all -> all.stream().filter(l -> p.matcher(l.name()).matches()).toList());
    }

    /** The layers of this class and all inside them. */
    static Selection ofType(Class<? extends Layer> type) {
        Objects.requireNonNull(type, "selection: type");
        return new Named(
                "ofType(%s)".formatted(type.getSimpleName()),
                true,
                all -> all.stream().filter(type::isInstance).map(Layer.class::cast).toList());
    }

    /** The layers that satisfy a predicate. */
    static Selection where(Predicate<Layer> predicate) {
        return new Named("where(..)", false, all -> all.stream().filter(predicate).toList());
    }

    private static int indexOf(List<Layer> all, String name) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(name)) {
                return i;
            }
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().startsWith(name + "_")) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "no layer is called '%s' or '%s_..'; there are %s"
                        .formatted(name, name, all.stream().map(Layer::name).toList()));
    }

    /**
     * A selection that prints as it was written.
     *
     * @param text how it was written
     * @param takesWhole whether a picked layer stands for all inside it
     * @param rule what it does
     */
    record Named(String text, boolean takesWhole, UnaryOperator<List<Layer>> rule)
            implements Selection {
        @Override
        public List<Layer> select(List<Layer> layersInOrder) {
            return rule.apply(layersInOrder);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
