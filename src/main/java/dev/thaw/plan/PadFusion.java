package dev.thaw.plan;

import dev.thaw.backend.spi.Backend;
import dev.thaw.op.Op;
import dev.thaw.op.Pad;
import dev.thaw.op.Program;
import dev.thaw.op.Value;
import dev.thaw.op.Window;
import dev.thaw.op.ZeroPadded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets convolutions take the zeros that a {@link Pad} alone puts around their images into their
 * windows. It works on a forward pass, before differentiation, so that the gradient of the padding
 * goes away as well. Pools keep theirs: a maximum knows no zeros around the images, a mean counts
 * them. {@link Fusion#PROPERTY} switches it off, too.
 */
public final class PadFusion {
    private final Backend backend;
    private final Set<Value> kept;
    private final Map<Value, Integer> readers = new HashMap<>();
    private final Map<Value, Pad> pads = new HashMap<>();
    private final Set<Op> taken = new HashSet<>();

    private PadFusion(Program program, Set<Value> kept, Backend backend) {
        this.backend = backend;
        this.kept = kept;
        for (Program.Instruction instruction : program.instructions()) {
            instruction.op().inputs().forEach(v -> readers.merge(v, 1, Integer::sum));
            if (instruction.op() instanceof Pad pad) {
                pads.put(pad.y(), pad);
            }
        }
    }

    /**
     * Rewrites a forward pass in place.
     *
     * @param kept values that must stay, as somebody will fetch them
     */
    public static void apply(Program program, Set<Value> kept, Backend backend) {
        if ("false".equals(System.getProperty(Fusion.PROPERTY))) {
            return;
        }
        PadFusion f = new PadFusion(program, kept, backend);
        List<Program.Instruction> instructions = new ArrayList<>();
        for (Program.Instruction instruction : program.instructions()) {
            instructions.add(
                    new Program.Instruction(f.padding(instruction.op()), instruction.scope()));
        }
        instructions.removeIf(s -> f.taken.contains(s.op()));
        program.rewrite(instructions);
    }

    /** The op, which pads for itself what one or more ops before it have padded. */
    private Op padding(Op op) {
        Op best = op;
        while (best instanceof ZeroPadded reader) {
            Pad pad = pads.get(reader.x());
            Op next = pad == null || !hasOneReader(pad) ? null : over(pad, reader);
            if (next == null) {
                break;
            }
            taken.add(pad);
            best = next;
        }
        return best;
    }

    private boolean hasOneReader(Pad pad) {
        // a variable may change between the two
        return pad.x().role() != Value.Role.VARIABLE
                && !kept.contains(pad.y())
                && readers.get(pad.y()) == 1;
    }

    /** The reader without the padding; null where it has to stay. */
    private Op over(Pad pad, ZeroPadded reader) {
        Window window = reader.window();
        int rank = window.rank();
        if (pad.begin().get(0) != 0
                || pad.begin().get(rank + 1) != 0
                || pad.x().shape().dim(0) != pad.y().shape().dim(0)
                || pad.x().shape().last() != pad.y().shape().last()) {
            return null;
        }
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            int begin = pad.begin().get(1 + a);
            int end = pad.y().shape().dim(1 + a) - pad.x().shape().dim(1 + a) - begin;
            before.add(window.padBefore().get(a) + begin);
            after.add(window.padAfter().get(a) + end);
            // windows that lie in the padding as a whole are not what libraries are fast at; and
            // a window of one cell is a matrix product without padding
            if (Math.max(before.get(a), after.get(a)) >= window.span(a)) {
                return null;
            }
        }
        Op op =
                reader.over(
                        pad.x(),
                        new Window(
                                window.size(), window.strides(), window.dilation(), before, after));
        return before.equals(after) || backend.padsUnevenly(op) ? op : null;
    }
}
