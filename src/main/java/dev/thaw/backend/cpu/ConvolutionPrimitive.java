package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * oneDNN's primitive of a convolution or of one of its gradients.
 *
 * @param result which tensor it computes
 * @param groups into how many groups the channels fall
 * @param biased whether it adds a bias
 * @param epilogue what it does to its result
 */
record ConvolutionPrimitive(
        Result result, WindowGeometry geometry, int groups, boolean biased, Epilogue epilogue) {
    /** One-thread speeds, for the choice of threads. */
    private static final double FLOPS_PER_NS = 60;

    private static final double DEPTHWISE_FLOPS_PER_NS = 10;

    /** Which of a convolution's tensors is computed from the two others. */
    enum Result {
        OUTPUT(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST),
        INPUT(DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST),
        FILTERS(DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST);

        final int x;
        final int w;
        final int y;

        Result(int x, int w, int y) {
            this.x = x;
            this.w = w;
            this.y = y;
        }
    }

    /**
     * What oneDNN has.
     *
     * @param primitive the primitive
     * @param epilogue what it does to its result; nothing where the asked for has to follow
     */
    record Chosen(Primitive primitive, Epilogue epilogue) {}

    /** Images as they are; where oneDNN has nothing fast for that, in whatever layout it wants. */
    Chosen choose() {
        Primitive asIs = null;
        IllegalStateException refusal = null;
        try {
            asIs = make(true, epilogue);
            if (!asIs.implementation().startsWith("ref")) {
                return new Chosen(asIs, epilogue);
            }
        } catch (IllegalStateException e) {
            refusal = e;
        }
        try {
            Primitive free = make(false, Epilogue.NONE);
            if (asIs != null) {
                asIs.close();
            }
            return new Chosen(free, Epilogue.NONE);
        } catch (IllegalStateException e) {
            if (asIs == null) {
                throw refusal;
            }
            return new Chosen(asIs, epilogue);
        }
    }

    private Primitive make(boolean imagesAsTheyAre, Epilogue within) {
        dnnl_memory_desc x = image(geometry.in(), imagesAsTheyAre);
        dnnl_memory_desc y = image(geometry.out(), imagesAsTheyAre);
        dnnl_memory_desc w = Dnnl.any(geometry.filterDims(groups));
        dnnl_memory_desc b = biased ? Dnnl.dense(geometry.outChannels()) : null;
        double perOutput = 2. * geometry.cells() * geometry.inChannels() / groups;
        double speed = groups == geometry.inChannels() ? DEPTHWISE_FLOPS_PER_NS : FLOPS_PER_NS;
        return new Primitive(
                "convolution",
                Dnnl.threads(WindowGeometry.size(geometry.out()) * perOutput / speed),
                (pd, attr) -> {
                    PostOps.add(within, attr, y);
                    return create(pd, attr, x, w, b, y);
                },
                b == null ? new dnnl_memory_desc[] {x, w, y} : new dnnl_memory_desc[] {x, w, b, y});
    }

    private static dnnl_memory_desc image(int[] extents, boolean asItIs) {
        return asItIs ? WindowGeometry.channelsLast(extents) : WindowGeometry.anyLayout(extents);
    }

    private int create(
            dnnl_primitive_desc pd,
            dnnl_primitive_attr attr,
            dnnl_memory_desc x,
            dnnl_memory_desc w,
            dnnl_memory_desc b,
            dnnl_memory_desc y) {
        long[] strides = geometry.strides();
        long[] dilation = geometry.dilation();
        long[] before = geometry.padBefore();
        long[] after = geometry.padAfter();
        dnnl_engine engine = Dnnl.get().engine();
        dnnl_primitive_desc forward = result == Result.OUTPUT ? pd : new dnnl_primitive_desc();
        int status =
                dnnl_convolution_forward_primitive_desc_create(
                        forward,
                        engine,
                        dnnl_forward_training,
                        dnnl_convolution_direct,
                        x,
                        w,
                        b,
                        y,
                        strides,
                        dilation,
                        before,
                        after,
                        attr);
        if (result == Result.OUTPUT || status != dnnl_success) {
            return status;
        }
        try {
            return result == Result.INPUT
                    ? dnnl_convolution_backward_data_primitive_desc_create(
                            pd,
                            engine,
                            dnnl_convolution_direct,
                            x,
                            w,
                            y,
                            strides,
                            dilation,
                            before,
                            after,
                            forward,
                            attr)
                    : dnnl_convolution_backward_weights_primitive_desc_create(
                            pd,
                            engine,
                            dnnl_convolution_direct,
                            x,
                            w,
                            null,
                            y,
                            strides,
                            dilation,
                            before,
                            after,
                            forward,
                            attr);
        } finally {
            dnnl_primitive_desc_destroy(forward);
        }
    }
}
