package dev.thaw.backend.cuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;

import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Affine;
import dev.thaw.op.Binary;
import dev.thaw.op.Broadcast;
import dev.thaw.op.Cast;
import dev.thaw.op.Equal;
import dev.thaw.op.Fill;
import dev.thaw.op.Op;
import dev.thaw.op.Reshape;
import dev.thaw.op.StopGradient;
import dev.thaw.op.Unary;
import dev.thaw.op.UnaryGrad;
import dev.thaw.op.Value;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Walk;

import jcuda.driver.CUfunction;

import java.util.Locale;

/** Ops whose results each come from one element per operand. */
final class ElementwiseKernels {
    private ElementwiseKernels() {}

    static void register(CudaKernelTable table) {
        table.add(Unary.class, ElementwiseKernels::unary);
        table.add(UnaryGrad.class, ElementwiseKernels::unaryGrad);
        table.add(Binary.class, ElementwiseKernels::binary);
        table.add(Affine.class, ElementwiseKernels::affine);
        table.add(Fill.class, ElementwiseKernels::fill);
        table.add(Broadcast.class, ElementwiseKernels::broadcast);
        table.add(Equal.class, ElementwiseKernels::equal);
        table.add(Cast.class, ElementwiseKernels::cast);
        table.add(Reshape.class, (engine, op) -> copy(engine, op, op.x(), op.y()));
        table.add(StopGradient.class, (engine, op) -> copy(engine, op, op.x(), op.y()));
    }

    private static Prepared unary(Engine engine, Unary op) {
        CUfunction f = engine.function("unary", "unary_" + lower(op.fn().function()));
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.y())
                        .number(op.y().size())
                        .real(op.fn().alpha())
                        .real(op.fn().beta())
                        .launch(f, engine.vectors(op.y().size()));
    }

    private static Prepared unaryGrad(Engine engine, UnaryGrad op) {
        CUfunction f = engine.function("unary", "unary_grad_" + lower(op.fn().function()));
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.dy(), op.dx())
                        .number(op.dx().size())
                        .real(op.fn().alpha())
                        .real(op.fn().beta())
                        .launch(f, engine.vectors(op.dx().size()));
    }

    private static String lower(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static Prepared binary(Engine engine, Binary op) {
        Value y = op.y();
        String name = "binary_" + lower(op.function());
        if (op.a().size() == y.size() && op.b().size() == y.size()) {
            CUfunction f = engine.function("binary", name + "_same");
            return (buffers, workspace) ->
                    engine.arguments(op, buffers)
                            .values(op.a(), op.b(), y)
                            .number(y.size())
                            .launch(f, engine.vectors(y.size()));
        }
        boolean vectorB = op.a().size() == y.size() && isRow(op.b(), y.shape());
        boolean vectorA = op.b().size() == y.size() && isRow(op.a(), y.shape());
        if (vectorA || vectorB) {
            CUfunction f = engine.function("binary", name + (vectorB ? "_vector_b" : "_vector_a"));
            int columns = Math.toIntExact((vectorB ? op.b() : op.a()).size());
            return (buffers, workspace) ->
                    engine.arguments(op, buffers)
                            .values(op.a(), op.b(), y)
                            .number(y.size())
                            .integer(columns)
                            .launch(f, engine.vectors(y.size()));
        }
        Walk walk = Walk.over(y.shape(), op.a().shape(), op.b().shape());
        CUfunction f = engine.function("binary", name);
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.a(), op.b(), y)
                        .number(y.size())
                        .walk(walk)
                        .launch(f, engine.grid(y.size()));
    }

    /** Whether v's elements are those of y's last axes, repeated along all axes before. */
    private static boolean isRow(Value v, Shape y) {
        int rank = v.shape().rank();
        boolean leading = true;
        for (int i = 0; i < rank; i++) {
            int extent = v.shape().dim(i);
            if (leading && extent == 1) {
                continue;
            }
            leading = false;
            if (extent != y.dim(y.rank() - rank + i)) {
                return false;
            }
        }
        return true;
    }

    private static Prepared affine(Engine engine, Affine op) {
        CUfunction f = engine.function("elementwise", "affine");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.y())
                        .number(op.y().size())
                        .real(op.scale())
                        .real(op.shift())
                        .launch(f, engine.vectors(op.y().size()));
    }

    private static Prepared fill(Engine engine, Fill op) {
        CUfunction f = engine.function("elementwise", "fill");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .value(op.y())
                        .number(op.y().size())
                        .real(op.value())
                        .launch(f, engine.vectors(op.y().size()));
    }

    private static Prepared broadcast(Engine engine, Broadcast op) {
        Walk walk = Walk.over(op.y().shape(), op.x().shape());
        CUfunction f = engine.function("elementwise", "broadcast");
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.y())
                        .number(op.y().size())
                        .walk(walk)
                        .real(op.scale())
                        .launch(f, engine.grid(op.y().size()));
    }

    private static Prepared equal(Engine engine, Equal op) {
        String name =
                switch (op.a().dtype()) {
                    case FLOAT32 -> "equal_float";
                    case INT32 -> "equal_int";
                    case INT64 -> "equal_long";
                };
        CUfunction f = engine.function("elementwise", name);
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.a(), op.b(), op.y())
                        .number(op.y().size())
                        .launch(f, engine.grid(op.y().size()));
    }

    private static Prepared cast(Engine engine, Cast op) {
        String name = op.x().dtype() == DType.INT32 ? "cast_int" : "cast_long";
        CUfunction f = engine.function("elementwise", name);
        return (buffers, workspace) ->
                engine.arguments(op, buffers)
                        .values(op.x(), op.y())
                        .number(op.y().size())
                        .launch(f, engine.grid(op.y().size()));
    }

    /** Plans give both sides of a reshape the same memory; for anybody else it is a copy. */
    private static Prepared copy(Engine engine, Op op, Value x, Value y) {
        String doing = Engine.describe(op);
        return (buffers, workspace) -> {
            DeviceAddress from = DeviceAddress.of(x, buffers);
            DeviceAddress to = DeviceAddress.of(y, buffers);
            long bytes = y.size() * y.dtype().bytes();
            if (bytes == 0 || from.value() == to.value()) {
                return () -> {};
            }
            return () ->
                    Status.driver(
                            cuMemcpyDtoDAsync(to, from, bytes, engine.gpu().stream()),
                            "cuMemcpyDtoDAsync",
                            doing);
        };
    }
}
