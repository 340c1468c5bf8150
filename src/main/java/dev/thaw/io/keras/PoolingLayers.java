package dev.thaw.io.keras;

import dev.thaw.layer.AveragePooling1D;
import dev.thaw.layer.AveragePooling2D;
import dev.thaw.layer.AveragePooling3D;
import dev.thaw.layer.BaseGlobalPooling;
import dev.thaw.layer.BasePooling;
import dev.thaw.layer.Extents;
import dev.thaw.layer.GlobalAveragePooling1D;
import dev.thaw.layer.GlobalAveragePooling2D;
import dev.thaw.layer.GlobalAveragePooling3D;
import dev.thaw.layer.GlobalMaxPooling1D;
import dev.thaw.layer.GlobalMaxPooling2D;
import dev.thaw.layer.GlobalMaxPooling3D;
import dev.thaw.layer.MaxPooling1D;
import dev.thaw.layer.MaxPooling2D;
import dev.thaw.layer.MaxPooling3D;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Pooling over windows and over whole images. */
final class PoolingLayers {
    private PoolingLayers() {}

    static void register(LayerTable t) {
        windows(t, "MaxPooling1D", MaxPooling1D::new);
        windows(t, "MaxPooling2D", MaxPooling2D::new);
        windows(t, "MaxPooling3D", MaxPooling3D::new);
        windows(t, "AveragePooling1D", AveragePooling1D::new);
        windows(t, "AveragePooling2D", AveragePooling2D::new);
        windows(t, "AveragePooling3D", AveragePooling3D::new);
        global(t, "GlobalMaxPooling1D", GlobalMaxPooling1D::new);
        global(t, "GlobalMaxPooling2D", GlobalMaxPooling2D::new);
        global(t, "GlobalMaxPooling3D", GlobalMaxPooling3D::new);
        global(t, "GlobalAveragePooling1D", GlobalAveragePooling1D::new);
        global(t, "GlobalAveragePooling2D", GlobalAveragePooling2D::new);
        global(t, "GlobalAveragePooling3D", GlobalAveragePooling3D::new);
    }

    private static <L extends BasePooling<L>> void windows(
            LayerTable t, String name, Function<Extents, L> make) {
        t.add(
                name,
                c -> {
                    List<Integer> size = c.integers("pool_size");
                    Extents pool = size == null ? Extents.of(2) : new Extents(size);
                    List<Integer> strides = c.integers("strides");
                    return make.apply(pool)
                            .strides(strides == null ? pool : new Extents(strides))
                            .padding(c.padding("padding"))
                            .dataFormat(c.dataFormat());
                });
    }

    private static <L extends BaseGlobalPooling<L>> void global(
            LayerTable t, String name, Supplier<L> make) {
        t.add(name, c -> make.get().dataFormat(c.dataFormat()).keepdims(c.bool("keepdims", false)));
    }
}
