package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.BackendUnavailableException;
import dev.thaw.backend.spi.Device;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What the GPU cannot run yet is written down here, and nobody gets a GPU by chance before. */
final class OpTableTest {
    /**
     * Take an op off when it gets its kernel. When none is left, the device opens for everybody.
     */
    private static final List<String> MISSING =
            List.of(
                    "Accumulate",
                    "AdamUpdate",
                    "ArgMax",
                    "BatchNormInfer",
                    "BatchNormInferGrad",
                    "BatchNormTrain",
                    "BatchNormTrainGrad",
                    "BiasGrad",
                    "Concat",
                    "Convolution",
                    "ConvolutionGradFilter",
                    "ConvolutionGradInput",
                    "DepthwiseConvolution",
                    "DepthwiseConvolutionGradFilter",
                    "DepthwiseConvolutionGradInput",
                    "LayerNorm",
                    "LayerNormGrad",
                    "OneHot",
                    "Pad",
                    "Pool",
                    "PoolGrad",
                    "Reduce",
                    "ReduceMaxGrad",
                    "RmspropUpdate",
                    "SgdUpdate",
                    "Slice",
                    "Softmax",
                    "SoftmaxCrossEntropy",
                    "SoftmaxCrossEntropyGrad",
                    "SoftmaxGrad",
                    "Transpose");

    @Test
    void theMissingOpsAreThese() {
        assertThat(CudaKernelTable.complete().missing()).isEqualTo(MISSING);
    }

    @Test
    void aDeviceThatCannotRunEverythingIsRefused() {
        if (!MISSING.isEmpty()) {
            assertThatThrownBy(() -> new CudaProvider().open(0))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining(String.join(", ", MISSING));
            assertThat(Device.auto().open().name()).isEqualTo("cpu");
        }
    }
}
