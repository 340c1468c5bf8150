package dev.thaw.layer.operator;

import dev.thaw.layer.preprocessing.FillMode;
import dev.thaw.layer.preprocessing.Interpolation;
import dev.thaw.layer.preprocessing.Projection;
import dev.thaw.layer.preprocessing.Resizer;
import dev.thaw.op.Formula;
import dev.thaw.op.Value;
import dev.thaw.tensor.Shape;

import java.util.List;
import java.util.Locale;

/** Functions of images, channels last. */
final class ImageOperators {
    private ImageOperators() {}

    static void register(OperatorTable t) {
        t.add("Resize", List.of("images"), ImageOperators::resize);
        t.add("AffineTransform", List.of("images", "transform"), ImageOperators::transform);
    }

    private static OperatorRule resize(OperatorArguments a) {
        requireChannelsLast(a);
        List<Integer> size = a.integers("size");
        if (size == null || size.size() != 2 || size.get(0) < 1 || size.get(1) < 1) {
            throw a.refuse("size must be a height and a width from 1 on, got " + size);
        }
        if (a.flag("crop_to_aspect_ratio", false) || a.flag("pad_to_aspect_ratio", false)) {
            throw a.refuse("keeps no aspect ratio; use the layer Resizing");
        }
        Resizer resizer = new Resizer(interpolation(a), a.flag("antialias", false));
        return OperatorRule.unary(
                a.operand("images"),
                s -> images(a, s).withDim(1, size.get(0)).withDim(2, size.get(1)),
                (f, x) -> resizer.resize(f, x, size.get(0), size.get(1)));
    }

    private static Interpolation nearestOrBilinear(OperatorArguments a) {
        Interpolation i = interpolation(a);
        if (i != Interpolation.NEAREST && i != Interpolation.BILINEAR) {
            throw a.refuse(
                    "interpolation must be nearest or bilinear, got " + a.raw("interpolation"));
        }
        return i;
    }

    private static OperatorRule transform(OperatorArguments a) {
        requireChannelsLast(a);
        Operand images = a.operand("images");
        Operand transform = a.operand("transform");
        FillMode mode = choice(a, FillMode.class, "fill_mode", FillMode.CONSTANT);
        Projection projection =
                new Projection(nearestOrBilinear(a), mode, a.number("fill_value", 0));
        return OperatorRule.of(
                shapes -> {
                    Shape s = images(a, images.shape(shapes));
                    Shape t = transform.shape(shapes);
                    boolean one = t.rank() == 1 && t.dim(0) == 8;
                    boolean each = Shape.of(s.dim(0), 8).accepts(t);
                    if (!one && !each) {
                        throw a.refuse("transform must be (8,) or (batch, 8), got " + t);
                    }
                    return s;
                },
                (l, values) -> {
                    Formula f = l.formula();
                    Value x = images.value(l, values);
                    Value t = transform.value(l, values);
                    int n = x.shape().dim(0);
                    Value all =
                            t.shape().rank() == 2
                                    ? t
                                    : f.repeat(f.reshape(t, Shape.of(1, 8)), Shape.of(n, 8));
                    return projection.of(f, x, all);
                });
    }

    private static Shape images(OperatorArguments a, Shape s) {
        if (s.rank() != 4) {
            throw a.refuse("images must be (batch, height, width, channels), got " + s);
        }
        return s;
    }

    private static void requireChannelsLast(OperatorArguments a) {
        if (!a.text("data_format", "channels_last").equals("channels_last")) {
            throw a.refuse("data_format must be channels_last, got " + a.raw("data_format"));
        }
    }

    private static Interpolation interpolation(OperatorArguments a) {
        return choice(a, Interpolation.class, "interpolation", Interpolation.BILINEAR);
    }

    private static <E extends Enum<E>> E choice(
            OperatorArguments a, Class<E> type, String key, E otherwise) {
        String name = a.text(key, otherwise.name()).toUpperCase(Locale.ROOT);
        for (E e : type.getEnumConstants()) {
            if (e.name().equals(name)) {
                return e;
            }
        }
        throw a.refuse(
                "%s must be one of %s, got %s"
                        .formatted(key, List.of(type.getEnumConstants()), name));
    }
}
