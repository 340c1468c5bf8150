package dev.thaw.graph;

import dev.thaw.layer.Layer;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Picks layers out of a model's layers, which are given in order and without containers. */
public interface Selection {
    /** The picked ones. */
    List<Layer> select(List<Layer> layersInOrder);

    /**
     * The layers before the first one whose name is {@code name} or starts with it and an
     * underscore.
     */
    static Selection until(String name) {
        return new Named("until(" + name + ")", all -> all.subList(0, indexOf(all, name)));
    }

    /**
     * The first layer whose name is {@code name} or starts with it and an underscore, and all after
     * it.
     */
    static Selection from(String name) {
        return new Named("from(" + name + ")", all -> all.subList(indexOf(all, name), all.size()));
    }

    /** The layers whose name matches, with {@code *} for any letters: {@code block_*_bn}. */
    static Selection matching(String glob) {
        Pattern p = Pattern.compile(("\\Q" + glob + "\\E").replace("*", "\\E.*\\Q"));
        return new Named(
                "matching(" + glob + ")",
                all -> all.stream().filter(l -> p.matcher(l.name()).matches()).toList());
    }

    /** The layers of this class. */
    static Selection ofType(Class<? extends Layer> type) {
        return new Named(
                "ofType(" + type.getSimpleName() + ")",
                all -> all.stream().filter(type::isInstance).map(Layer.class::cast).toList());
    }

    /** The layers that satisfy a predicate. */
    static Selection where(Predicate<Layer> predicate) {
        return new Named("where(..)", all -> all.stream().filter(predicate).toList());
    }

    private static int indexOf(List<Layer> all, String name) {
        for (int i = 0; i < all.size(); i++) {
            String n = all.get(i).name();
            if (n.equals(name) || n.startsWith(name + "_")) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "no layer is called '"
                        + name
                        + "' or '"
                        + name
                        + "_..'; there are "
                        + all.stream().map(Layer::name).toList());
    }

    /**
     * A selection that prints as it was written.
     *
     * @param text how it was written
     * @param rule what it does
     */
    record Named(String text, java.util.function.UnaryOperator<List<Layer>> rule)
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
