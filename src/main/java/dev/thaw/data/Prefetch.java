package dev.thaw.data;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Reads batches on a thread of its own, a few ahead of who takes them. */
final class Prefetch implements Dataset {
    /** One for the step that begins next, one more against a slow sample. */
    static final int BATCHES = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Prefetch.class);
    private static final long PATIENCE_MS = 5000;

    private final Dataset source;
    private final int batches;

    Prefetch(Dataset source, int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException(
                    "data: prefetch needs at least 1 batch, got %d".formatted(batches));
        }
        this.source = Objects.requireNonNull(source, "data: source");
        this.batches = batches;
    }

    @Override
    public OptionalLong size() {
        return source.size();
    }

    @Override
    public Dataset prefetch(int other) {
        return new Prefetch(source, other);
    }

    @Override
    public Pass pass(int epoch, int batchSize, OptionalLong seed) {
        Reader reader = new Reader(() -> source.pass(epoch, batchSize, seed), epoch, batches);
        reader.thread.start();
        return reader;
    }

    @FunctionalInterface
    private interface Opening {
        Pass open();
    }

    /**
     * What the reader hands over.
     *
     * @param batch the next one; null at the end
     * @param failure what ended the reading; null where all was read
     */
    private record Message(Batch batch, Throwable failure) {}

    private static final class Reader implements Pass {
        final Thread thread = new Thread(this::read, "thaw-data");
        private final Opening opening;
        private final int epoch;
        private final BlockingQueue<Message> ready;
        private volatile boolean closed;
        private int taken;
        private Message last;

        Reader(Opening opening, int epoch, int batches) {
            this.opening = opening;
            this.epoch = epoch;
            ready = new ArrayBlockingQueue<>(batches);
            thread.setDaemon(true);
        }

        private void read() {
            Throwable failure = null;
            try (Pass pass = opening.open()) {
                Optional<Batch> batch = closed ? Optional.empty() : pass.next();
                while (batch.isPresent()) {
                    ready.put(new Message(batch.get(), null));
                    batch = closed ? Optional.empty() : pass.next();
                }
            } catch (Throwable e) { // an error, too, belongs to the thread that waits
                failure = e;
            }
            end(failure);
        }

        /** Where the pass was closed meanwhile, nobody takes a message any more. */
        private void end(Throwable failure) {
            if (closed) {
                if (failure != null) {
                    LOG.warn("data: reading ahead failed after its end", failure);
                }
                return;
            }
            try {
                ready.put(new Message(null, failure));
            } catch (InterruptedException e) {
                LOG.warn("data: a reader was interrupted, and who waits for it waits on", e);
            }
        }

        @Override
        public Optional<Batch> next() {
            if (closed) {
                throw new IllegalStateException("data: the pass is closed; begin another one");
            }
            Message m = last == null ? take() : last;
            if (m.batch != null) {
                taken++;
                return Optional.of(m.batch);
            }
            last = m;
            if (m.failure instanceof Error e) {
                throw e;
            }
            if (m.failure != null) {
                throw DataException.ahead(epoch, taken, (Exception) m.failure);
            }
            return Optional.empty();
        }

        private Message take() {
            try {
                return ready.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw DataException.interrupted(e);
            }
        }

        /**
         * The thread is not interrupted, which would close a file channel that it reads from: it
         * ends after the batch that it is reading.
         */
        @Override
        public void close() {
            closed = true;
            ready.clear(); // room for the one batch that a waiting reader still puts
            try {
                thread.join(PATIENCE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                LOG.warn("data: a batch is still being read, and its source stays open till then");
            }
        }
    }
}
