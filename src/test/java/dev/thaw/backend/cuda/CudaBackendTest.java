package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.backend.spi.Backend;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.DeviceOutOfMemoryException;
import dev.thaw.sim.OnSimulator;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnSimulator.Counted.class)
final class CudaBackendTest {
    private Backend cuda;

    @BeforeEach
    void open() {
        cuda = CudaDevice.open();
    }

    @Test
    void saysWhatRunsThePlansAndWhereItCameFrom() {
        assertThat(cuda.name()).isEqualTo("cuda:0");
        assertThat(cuda.description())
                .contains("compute capability ", "driver ", "cuBLAS ", "cuDNN 9", "TF32 off");
    }

    @Test
    void copiesLargerThanTheStagingBuffersArriveWhole() {
        int n = 5_000_001; // 20 MB: five chunks of 4 MiB
        Tensor sent = Tensor.zeros(Shape.of(n), DType.FLOAT32);
        for (int i = 0; i < n; i++) {
            sent.floats()[i] = i;
        }
        try (Buffer b = cuda.allocate(4L * n, "large")) {
            cuda.upload(sent, b);
            Tensor got = Tensor.zeros(Shape.of(n), DType.FLOAT32);
            cuda.download(b, got);
            assertThat(got.bitEquals(sent)).isTrue();
        }
    }

    @Test
    void memoryIsZeroAlsoTheSecondTime() {
        try (Buffer first = cuda.allocate(4 * 100, "first")) {
            cuda.upload(Tensor.full(Shape.of(100), 7), first);
        }
        try (Buffer second = cuda.allocate(4 * 100, "second")) {
            Tensor got = Tensor.full(Shape.of(100), 1);
            cuda.download(second, got);
            assertThat(got.floats()).containsOnly(0);
        }
    }

    @Test
    void whoAsksForTooMuchIsToldAndCanGoOn() {
        try (Buffer kept = cuda.allocate(4 * 10, "kept")) {
            cuda.upload(Tensor.full(Shape.of(10), 3), kept);
            long tooMuch = 1L << 45;
            assertThatThrownBy(() -> cuda.allocate(tooMuch, "arena"))
                    .isInstanceOfSatisfying(
                            DeviceOutOfMemoryException.class,
                            e -> assertThat(e.requestedBytes()).isEqualTo(tooMuch))
                    .hasMessageStartingWith("cuda: arena needs 35,184,372,088,832 bytes")
                    .hasMessageContaining("take a smaller batch");
            Tensor got = Tensor.zeros(Shape.of(10), DType.FLOAT32);
            cuda.download(kept, got);
            assertThat(got.floats()).containsOnly(3);
            cuda.allocate(1 << 20, "after").close();
        }
    }

    @Test
    void closingTwiceIsAllowedAndSlicesOwnNothing() {
        Buffer whole = cuda.allocate(1024, "whole");
        Buffer part = whole.slice(256, 512);
        assertThat(part.bytes()).isEqualTo(512);
        part.close();
        assertThatThrownBy(() -> whole.slice(1000, 100)).hasMessageContaining("outside a buffer");
        whole.close();
        whole.close();
    }

    @Test
    void aTensorThatDoesNotFitIsRefused() {
        try (Buffer b = cuda.allocate(16, "small")) {
            assertThatThrownBy(() -> cuda.upload(Tensor.full(Shape.of(5), 1), b))
                    .hasMessageContaining("has 20 bytes, the buffer 16");
        }
    }

    @Test
    void anotherThreadMayUseTheDevice() throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        Thread t =
                new Thread(
                        () -> {
                            try (Buffer b = cuda.allocate(64, "elsewhere")) {
                                cuda.upload(Tensor.full(Shape.of(16), 1), b);
                                cuda.synchronize();
                            } catch (RuntimeException e) {
                                failure[0] = e;
                            }
                        });
        t.start();
        t.join();
        assertThat(failure[0]).isNull();
    }
}
