package dev.thaw.applications;

import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.reshaping.ZeroPadding2D;

/** Howard et al. (2017), after Keras's mobilenet.py. */
final class MobileNet {
    private static final int[] FILTERS = {
        64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024
    };

    private final ApplicationOptions options;

    private MobileNet(ApplicationOptions options) {
        this.options = options;
    }

    static Symbol build(Symbol image, ApplicationOptions options) {
        return new MobileNet(options).build(image);
    }

    private Symbol build(Symbol image) {
        Symbol x =
                Blocks.plain(filters(32), 3)
                        .strides(2)
                        .padding(Padding.SAME)
                        .named("conv1")
                        .apply(image);
        x = normalized(x, "conv1");
        for (int i = 0; i < FILTERS.length; i++) {
            boolean halves = i > 0 && FILTERS[i] > FILTERS[i - 1];
            x = separable(x, filters(FILTERS[i]), halves ? 2 : 1, i + 1);
        }
        return options.includeTop() ? top(x) : Blocks.pool(x, options, null, null);
    }

    private int filters(int full) {
        return (int) (full * options.alpha());
    }

    private static Symbol normalized(Symbol x, String name) {
        return Blocks.relu6(Blocks.normalize(x, bn(), name + "_bn"), name + "_relu");
    }

    private Symbol separable(Symbol x, int filters, int stride, int block) {
        Symbol y = x;
        if (stride > 1) {
            y = new ZeroPadding2D(0, 1, 0, 1).named("conv_pad_" + block).apply(y);
        }
        String depthwise = "conv_dw_" + block;
        y =
                new DepthwiseConv2D(3)
                        .padding(stride == 1 ? Padding.SAME : Padding.VALID)
                        .depthMultiplier(options.depthMultiplier())
                        .strides(stride)
                        .useBias(false)
                        .named(depthwise)
                        .apply(y);
        y = normalized(y, depthwise);
        String pointwise = "conv_pw_" + block;
        y = Blocks.plain(filters, 1).padding(Padding.SAME).named(pointwise).apply(y);
        return normalized(y, pointwise);
    }

    private Symbol top(Symbol x) {
        Symbol y = new GlobalAveragePooling2D().keepdims(true).apply(x);
        y = new Dropout(options.dropout(1e-3)).named("dropout").apply(y);
        y = new Conv2D(options.classes(), 1).padding(Padding.SAME).named("conv_preds").apply(y);
        y = new Reshape(options.classes()).named("reshape_2").apply(y);
        return Blocks.activate(y, options.classifierActivation(), "predictions");
    }

    private static BatchNormalization bn() {
        return new BatchNormalization();
    }
}
