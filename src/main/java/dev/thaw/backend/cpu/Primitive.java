package dev.thaw.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.thaw.backend.spi.Kernel;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

import java.util.ArrayList;
import java.util.List;

/**
 * A oneDNN primitive. It owns the descriptors that it was made from; {@link #bind} ties it to
 * addresses.
 */
final class Primitive implements AutoCloseable {
    /** Makes the primitive descriptor, by one of oneDNN's {@code .._primitive_desc_create}. */
    @FunctionalInterface
    interface Maker {
        int make(dnnl_primitive_desc pd, dnnl_primitive_attr attr);
    }

    /**
     * One argument of an execution.
     *
     * @param index oneDNN's {@code DNNL_ARG_..}
     * @param address where its memory lies
     */
    record Arg(int index, long address) {}

    private final dnnl_primitive_desc pd = new dnnl_primitive_desc();
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final List<dnnl_memory_desc> descriptors;
    private final int threads;

    /**
     * @param what names the op in errors
     * @param threads how many threads it runs on
     * @param descriptors descriptors that were made for it, freed with it
     */
    Primitive(String what, int threads, Maker maker, dnnl_memory_desc... descriptors) {
        this.descriptors = List.of(descriptors);
        this.threads = threads;
        Omp.use(threads);
        dnnl_primitive_attr attr = Dnnl.attributes();
        try {
            Dnnl.check(maker.make(pd, attr), what);
            Dnnl.check(dnnl_primitive_create(primitive, pd), what);
        } catch (RuntimeException e) {
            close();
            throw e;
        } finally {
            dnnl_primitive_attr_destroy(attr);
        }
    }

    /** Copies between two layouts. */
    static Primitive reorder(dnnl_memory_desc from, dnnl_memory_desc to, int threads) {
        return new Primitive(
                "reorder",
                threads,
                (pd, attr) ->
                        dnnl_reorder_primitive_desc_create(
                                pd, from, Dnnl.get().engine(), to, Dnnl.get().engine(), attr));
    }

    /** The layout that the primitive chose; owned by the primitive. */
    dnnl_memory_desc chosen(int query, int index) {
        return dnnl_primitive_desc_query_md(pd, query, index);
    }

    /** The layout of an execution argument; owned by the primitive. */
    dnnl_memory_desc argument(int arg) {
        return dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    }

    /** Bytes of scratch memory that an execution needs. */
    long scratchBytes() {
        return dnnl_memory_desc_get_size(chosen(dnnl_query_scratchpad_md, 0));
    }

    /** Which implementation oneDNN chose. */
    String implementation() {
        return Dnnl.implementation(pd);
    }

    /** Ties the primitive to addresses; the scratch address may be 0 where none is needed. */
    Kernel bind(long scratch, List<Arg> arguments) {
        List<Arg> all = new ArrayList<>(arguments);
        if (scratchBytes() > 0) {
            all.add(new Arg(DNNL_ARG_SCRATCHPAD, scratch));
        }
        return new Execution(all);
    }

    private final class Execution implements Kernel {
        private final List<dnnl_memory> memories = new ArrayList<>();
        private final dnnl_exec_arg_t args;
        private final int count;
        private final Runnable call = this::execute;

        Execution(List<Arg> arguments) {
            count = arguments.size();
            args = new dnnl_exec_arg_t(count);
            for (int i = 0; i < count; i++) {
                Arg a = arguments.get(i);
                dnnl_memory m = new dnnl_memory();
                memories.add(m);
                dnnl_memory_desc number = PostOps.isNumber(a.index) ? Dnnl.dense(1) : null;
                try {
                    Dnnl.check(
                            dnnl_memory_create(
                                    m,
                                    number == null ? argument(a.index) : number,
                                    Dnnl.get().engine(),
                                    new CpuBuffer.At(a.address, 0)),
                            "memory");
                } finally {
                    if (number != null) {
                        dnnl_memory_desc_destroy(number);
                    }
                }
                args.getPointer(i).arg(a.index).memory(m);
            }
        }

        @Override
        public void launch() {
            Teams.run(threads, call);
        }

        private void execute() {
            Omp.use(threads);
            int status = dnnl_primitive_execute(primitive, Dnnl.get().stream(), count, args);
            if (status != dnnl_success) {
                Dnnl.check(status, "execute");
            }
        }

        @Override
        public void close() {
            memories.forEach(m -> dnnl_memory_destroy(m));
            memories.clear();
            args.deallocate();
        }
    }

    @Override
    public void close() {
        if (!primitive.isNull()) {
            dnnl_primitive_destroy(primitive);
            primitive.setNull();
        }
        if (!pd.isNull()) {
            dnnl_primitive_desc_destroy(pd);
            pd.setNull();
        }
        descriptors.forEach(d -> dnnl_memory_desc_destroy(d));
    }
}
