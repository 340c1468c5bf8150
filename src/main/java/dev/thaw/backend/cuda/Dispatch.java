package dev.thaw.backend.cuda;

import dev.thaw.backend.cuda.ChoiceFile.Choice;
import dev.thaw.backend.cuda.ChoiceFile.Key;
import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.backend.spi.Sequence;
import dev.thaw.file.CacheFolder;
import dev.thaw.op.Op;
import dev.thaw.op.Value;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses who runs an op: our kernels, or cuDNN. Where the setting of the op's {@link Family} is
 * {@code auto}, a {@link Trial} at the first op of its kind and shape decides; its result holds for
 * this backend's life and is kept in the {@link ChoiceFile} for the next process.
 */
final class Dispatch {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    /** The files of our kernels that compete: when they change, who wins may change. */
    private static final List<String> SOURCES =
            List.of("batchnorm", "batchnorm_grad", "dropout", "elementwise");

    private final Engine engine;
    private final CudaKernelTable table;
    private final Function<List<Kernel>, Kernel> recorder;
    private final Stopwatch watch;
    private final Map<Family, String> wishes;
    private final Map<Key, Choice> chosen = new HashMap<>();
    private final ChoiceFile file = new ChoiceFile(CacheFolder.get());
    private String versions; // null until the file was read
    private boolean warned;

    /**
     * @param recorder makes one launch of several
     * @param wishes what the system properties say
     */
    Dispatch(
            Engine engine,
            CudaKernelTable table,
            Function<List<Kernel>, Kernel> recorder,
            Stopwatch watch,
            Map<Family, String> wishes) {
        this.engine = engine;
        this.table = table;
        this.recorder = recorder;
        this.watch = watch;
        this.wishes = wishes;
    }

    /** An op, by the candidate that is chosen, and what the choice was. */
    private record Chosen(Prepared prepared, String choice) implements Prepared {
        @Override
        public Kernel bind(Function<Value, Buffer> buffers, Buffer workspace) {
            return prepared.bind(buffers, workspace);
        }

        @Override
        public long workspaceBytes() {
            return prepared.workspaceBytes();
        }

        @Override
        public void close() {
            prepared.close();
        }
    }

    Prepared prepare(Op op) {
        if (Stream.of(op.outputs(), op.updates())
                .flatMap(List::stream)
                .allMatch(v -> v.size() == 0)) {
            return nothing();
        }
        List<Candidate> all = table.candidates(op);
        Family family = table.family(op);
        if (family == null) {
            return all.get(0).prepare(engine, op);
        }
        String wish = wishes.get(family);
        Choice choice =
                wish.equals(Family.AUTO)
                        ? measured(family, op, all)
                        : new Choice(wish, family.property() + "=" + wish);
        Supplier<Prepared> own = () -> all.get(0).prepare(engine, op);
        if (choice.winner().equals(Candidate.OWN)) {
            return new Chosen(own.get(), text(Candidate.OWN, choice.note()));
        }
        return new OrOwn(engine, op, () -> other(family, op, all, choice), Candidate.OWN, own);
    }

    /** For an op on no elements. */
    static Prepared nothing() {
        return (buffers, workspace) -> Sequence.of();
    }

    private Prepared other(Family family, Op op, List<Candidate> all, Choice choice) {
        Prepared p = named(all, choice.winner()).map(c -> c.prepare(engine, op)).orElse(null);
        if (p == null) {
            return new Chosen(
                    all.get(0).prepare(engine, op),
                    text(Candidate.OWN, choice.winner() + " does not have it"));
        }
        if (!family.caveat().isEmpty() && !warned) {
            warned = true;
            LOG.warn(family.caveat());
        }
        return new Chosen(p, text(choice.winner(), choice.note()));
    }

    private static String text(String winner, String note) {
        return note.isEmpty() ? winner : winner + " (" + note + ")";
    }

    private static Optional<Candidate> named(List<Candidate> all, String name) {
        return all.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    private Choice measured(Family family, Op op, List<Candidate> all) {
        if (versions == null) {
            versions = versions();
            chosen.putAll(file.read());
        }
        Key key =
                new Key(
                        engine.gpu().name() + ", " + engine.gpu().multiprocessors() + " SMs",
                        versions,
                        family.rehearsal().key(op));
        Choice known = chosen.get(key);
        if (known != null && named(all, known.winner()).isPresent()) {
            return known;
        }
        if (known != null) {
            LOG.warn("no implementation '{}' of {}: it is measured anew", known.winner(), key.op());
        }
        Choice found = race(family, op, all, key, known);
        chosen.put(key, found);
        return found;
    }

    /** What a trial finds, or another process found meanwhile. */
    private Choice race(Family family, Op op, List<Candidate> all, Key key, Choice unknown) {
        Trial.Result result;
        try (Trial trial = new Trial(engine, recorder, watch, family.rehearsal(), op)) {
            result = trial.run(all);
        }
        LOG.debug("{}: {} ({})", key.op(), result.winner(), result.note());
        Choice found = new Choice(result.winner(), result.note());
        if (!result.measured()) {
            return found;
        }
        Choice first = file.add(key, found, unknown);
        return named(all, first.winner()).isPresent() ? first : found;
    }

    private String versions() {
        List<byte[]> texts =
                SOURCES.stream()
                        .map(s -> KernelSource.of(s).text().getBytes(StandardCharsets.UTF_8))
                        .toList();
        return "driver %s, %s, kernels %s"
                .formatted(
                        engine.gpu().driverVersion(),
                        engine.versions(),
                        NativeFolder.hash(texts).substring(0, 8));
    }

    /** The settings in words: {@code batchnorm auto; dropout own}. */
    String settings() {
        return Stream.of(Family.values())
                .map(f -> f.property().replaceFirst("thaw\\.cuda\\.", "") + " " + wishes.get(f))
                .collect(Collectors.joining("; "));
    }
}
