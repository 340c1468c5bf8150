package dev.thaw.backend.cuda;

import static jcuda.jcublas.JCublas2.cublasGetProperty;
import static jcuda.jcudnn.JCudnn.*;

import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import jcuda.libraryPropertyType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A process of its own, as a process can load these libraries from one place only: what of them
 * works without a GPU. Arguments: the folder, a cache folder, then names of kernels to compile.
 */
public final class RealLibraries {
    private RealLibraries() {}

    /** Prints a line per fact, for {@link RealLibrariesTest}. */
    public static void main(String[] args) {
        LibrarySearch search = LibrarySearch.of(Path.of("/"), Map.of(), args[0]);
        NativeLibraries found = NativeLibraries.find(search, Path.of("none"));
        found.loadToolkit(NativeFolder.unpack(Path.of(args[1])));
        System.out.println("cublas " + found.cublas() + " bridged " + found.bridged());
        int[] version = new int[3];
        for (int i = 0; i < 3; i++) {
            int[] part = new int[1];
            int property =
                    new int[] {
                                libraryPropertyType.MAJOR_VERSION,
                                libraryPropertyType.MINOR_VERSION,
                                libraryPropertyType.PATCH_LEVEL
                            }
                            [i];
            Status.cublas(cublasGetProperty(property, part), "cublasGetProperty", "version");
            version[i] = part[0];
        }
        System.out.println("cublas version " + Arrays.toString(version));
        System.out.println("cudnn version " + cudnnGetVersion());
        System.out.println("cudnn error " + cudnnGetErrorString(2000));
        System.out.println("cudnn output " + Arrays.toString(convolutionOutput()));
        RuntimeCompiler compiler = new RuntimeCompiler(Path.of(args[1]), search.includeFolders());
        System.out.println("nvrtc version " + compiler.version());
        for (String name : Arrays.copyOfRange(args, 2, args.length)) {
            byte[] cubin = compiler.cubin(KernelSource.of(name), 90);
            boolean elf = cubin[0] == 0x7f && cubin[1] == 'E' && cubin[2] == 'L';
            System.out.println("cubin " + name + " " + elf + " " + (cubin.length > 1000));
        }
    }

    /** cuDNN's own idea of a 3x3 convolution with stride 2 of [8, 32, 32, 16] to 24 channels. */
    private static int[] convolutionOutput() {
        cudnnTensorDescriptor x = new cudnnTensorDescriptor();
        cudnnFilterDescriptor w = new cudnnFilterDescriptor();
        cudnnConvolutionDescriptor c = new cudnnConvolutionDescriptor();
        int nhwc = cudnnTensorFormat.CUDNN_TENSOR_NHWC;
        int type = cudnnDataType.CUDNN_DATA_FLOAT;
        Status.cudnn(cudnnCreateTensorDescriptor(x), "cudnnCreateTensorDescriptor", "x");
        Status.cudnn(cudnnCreateFilterDescriptor(w), "cudnnCreateFilterDescriptor", "w");
        Status.cudnn(
                cudnnCreateConvolutionDescriptor(c), "cudnnCreateConvolutionDescriptor", "conv");
        Status.cudnn(
                cudnnSetTensor4dDescriptor(x, nhwc, type, 8, 16, 32, 32),
                "cudnnSetTensor4dDescriptor",
                "x");
        Status.cudnn(
                cudnnSetFilter4dDescriptor(w, type, nhwc, 24, 16, 3, 3),
                "cudnnSetFilter4dDescriptor",
                "w");
        Status.cudnn(
                cudnnSetConvolutionNdDescriptor(
                        c,
                        2,
                        new int[] {1, 1},
                        new int[] {2, 2},
                        new int[] {1, 1},
                        cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                        type),
                "cudnnSetConvolutionNdDescriptor",
                "conv");
        int[] dims = new int[4];
        Status.cudnn(
                cudnnGetConvolutionNdForwardOutputDim(c, x, w, 4, dims),
                "cudnnGetConvolutionNdForwardOutputDim",
                "conv");
        return dims;
    }
}
