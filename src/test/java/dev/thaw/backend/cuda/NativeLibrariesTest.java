package dev.thaw.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.thaw.backend.spi.BackendUnavailableException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** For each missing piece one readable line: what was looked for, where, what to do. */
@EnabledOnOs(OS.LINUX)
final class NativeLibrariesTest {
    private static final String DRIVER = FakeMachine.SYSTEM + "libcuda.so.1";
    private static final String CUBLAS_12 = FakeMachine.TOOLKIT + "libcublas.so.12";
    private static final String CUDNN = FakeMachine.SYSTEM + "libcudnn.so.9";

    @TempDir private Path folder;
    private FakeMachine machine;

    @BeforeEach
    void empty() {
        machine = new FakeMachine(folder);
    }

    private String refusal() {
        BackendUnavailableException e =
                catchThrowableOfType(
                        BackendUnavailableException.class,
                        () -> NativeLibraries.find(machine.search()));
        assertThat(e).isNotNull();
        assertThat(e.getMessage().lines()).hasSize(1);
        return e.getMessage();
    }

    @Test
    void withoutADriver() {
        assertThat(refusal())
                .startsWith("no NVIDIA driver: looked for libcuda.so.1 in CUDA_HOME, /usr/local")
                .contains("; install NVIDIA's driver for this GPU");
    }

    @Test
    void withoutCublas() {
        machine.with(DRIVER).with(CUDNN);
        assertThat(refusal())
                .startsWith("no cuBLAS: looked for libcublas.so.12 or libcublas.so.13 in ")
                .contains("; install CUDA 12 or 13, or set THAW_CUDA_HOME to the folder");
    }

    @Test
    void withoutCudnn() {
        machine.with(DRIVER).with(CUBLAS_12);
        assertThat(refusal())
                .startsWith("no cuDNN 9: looked for libcudnn.so.9 in ")
                .contains("; install cuDNN 9, or set THAW_CUDA_HOME to the folder");
    }

    @Test
    void aNamedFolderIsTheOnlyOneThatIsSearched() {
        machine.with(DRIVER).with(CUBLAS_12).with(CUDNN).with("mine/readme");
        machine.variable(LibrarySearch.HOME, "mine");
        assertThat(refusal()).contains("libcublas.so.13 in " + machine.path("mine") + " (THAW_CU");
    }

    @Test
    void aBrokenFileIsNamedWithTheReason() {
        byte[] text = "not a library".getBytes(StandardCharsets.UTF_8);
        machine.with(DRIVER, text).with(CUBLAS_12).with(CUDNN);
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThatThrownBy(() -> found.load(NativeFolder.unpack(folder.resolve("cache"))))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageStartingWith(machine.path(DRIVER) + " cannot be loaded (")
                .hasMessageContaining("; reinstall NVIDIA's driver")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aBrokenCudaIsNamedToo() {
        machine.with(DRIVER).with(CUBLAS_12, "no library".getBytes(StandardCharsets.UTF_8));
        machine.with(CUDNN);
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThatThrownBy(() -> found.loadToolkit(NativeFolder.unpack(folder.resolve("cache"))))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageStartingWith(machine.path(CUBLAS_12) + " cannot be loaded (")
                .hasMessageContaining("; reinstall CUDA")
                .hasMessageNotContaining("\n");
    }

    @Test
    void version12IsTakenWhereBothAre() {
        machine.with(DRIVER).with(CUBLAS_12).with(CUDNN);
        machine.with("usr/local/cuda/lib64/libcublas.so.13");
        machine.with(FakeMachine.TOOLKIT + "libnvrtc.so.12");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.cublas()).isEqualTo(machine.path(CUBLAS_12));
        assertThat(found.nvrtc()).isEqualTo(machine.path(FakeMachine.TOOLKIT + "libnvrtc.so.12"));
        assertThat(found.bridged()).isFalse();
    }

    @Test
    void version13GoesByTheBridges() {
        machine.with(DRIVER).with(CUDNN).with("usr/local/cuda/lib64/libcublas.so.13");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.major()).isEqualTo(13);
        assertThat(found.bridged()).isTrue();
        assertThat(found.nvrtc()).isNull();
    }

    @Test
    void pythonsPackagesAreFound() {
        String packages = "usr/local/lib/python3.12/dist-packages/nvidia/";
        machine.with(DRIVER)
                .with(packages + "cu13/lib/libcublas.so.13")
                .with(packages + "cu13/lib/libnvrtc.so.13")
                .with(packages + "cudnn/lib/libcudnn.so.9");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.cudnn()).isEqualTo(machine.path(packages + "cudnn/lib/libcudnn.so.9"));
        assertThat(found.nvrtc()).isEqualTo(machine.path(packages + "cu13/lib/libnvrtc.so.13"));
    }

    /** As a rented machine has it: no variable says where, but python3 runs. */
    @Test
    void aPythonThatIsOnThePathOnlyIsFound() {
        String packages = "opt/python/lib/python3.11/site-packages/nvidia/";
        machine.with("usr/local/nvidia/lib64/libcuda.so.1")
                .with("opt/python/bin/python3")
                .with(packages + "cublas/lib/libcublas.so.12")
                .with(packages + "cudnn/lib/libcudnn.so.9")
                .variable("PATH", "opt/python/bin");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.driver()).isEqualTo(machine.path("usr/local/nvidia/lib64/libcuda.so.1"));
        assertThat(found.cublas()).isEqualTo(machine.path(packages + "cublas/lib/libcublas.so.12"));
        assertThat(found.cudnn()).isEqualTo(machine.path(packages + "cudnn/lib/libcudnn.so.9"));
    }

    /** A virtual environment's python3 is a link, and cuBLAS is where the link leads. */
    @Test
    void theVirtualEnvironmentAndWhatItWasMadeFromAreSearched() throws IOException {
        String base = "opt/python/lib/python3.11/site-packages/nvidia/cublas/lib/libcublas.so.12";
        String own = "home/env/lib/python3.11/site-packages/nvidia/cudnn/lib/libcudnn.so.9";
        machine.with(DRIVER).with("opt/python/bin/python3.11").with(base).with(own);
        Path link = machine.path("home/env/bin/python3");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, machine.path("opt/python/bin/python3.11"));
        machine.variable("PATH", "home/env/bin");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.cublas().toRealPath()).isEqualTo(machine.path(base).toRealPath());
        assertThat(found.cudnn()).isEqualTo(machine.path(own));
    }

    @Test
    void theLinkersCacheIsRead() {
        machine.with("opt/nvidia/libcuda.so.1").with(CUBLAS_12).with(CUDNN);
        byte[] cache =
                "glibc-ld.so.cache1.1\0libcuda.so.1\0/opt/nvidia/libcuda.so.1\0"
                        .getBytes(StandardCharsets.ISO_8859_1);
        machine.with("etc/ld.so.cache", cache);
        assertThat(NativeLibraries.find(machine.search()).driver())
                .isEqualTo(machine.path("opt/nvidia/libcuda.so.1"));
    }

    @Test
    void theDriverIsFoundBesideANamedFolder() {
        machine.with(DRIVER).with("mine/lib/libcublas.so.12").with("mine/lib/libcudnn.so.9");
        machine.variable(LibrarySearch.HOME, "mine");
        NativeLibraries found = NativeLibraries.find(machine.search());
        assertThat(found.driver()).isEqualTo(machine.path(DRIVER));
        assertThat(found.cublas()).isEqualTo(machine.path("mine/lib/libcublas.so.12"));
    }
}
