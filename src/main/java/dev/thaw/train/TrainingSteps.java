package dev.thaw.train;

import dev.thaw.data.Batch;

import org.apiguardian.api.API;

import java.util.Map;

/** The training steps of an epoch, one batch after another. */
@API(status = API.Status.INTERNAL)
public final class TrainingSteps {
    private final Session session;
    private final Watch watch;
    private final Rates rates;
    private final Means means = new Means();

    TrainingSteps(Session session, Watch watch, Rates rates) {
        this.session = session;
        this.watch = watch;
        this.rates = rates;
    }

    /**
     * Looks whether the model can take a batch, and launches a step on it, which changes weights
     * and statistics. An asynchronous backend may still compute when this returns.
     *
     * @throws NonFiniteLossException if the loss of this step was NaN or infinite; on an
     *     asynchronous backend, that of one of the last {@value Watch#STEPS}
     * @throws TrainingInterruptedException if the thread is interrupted; no step has begun
     */
    public void run(Batch given) {
        session.requireOpen();
        session.requireUninterrupted();
        Batch batch = session.checked(given);
        session.train(rates, means, batch);
        watch.launched(batch);
    }

    /**
     * No batch comes any more.
     *
     * @throws NonFiniteLossException if the loss of a step since the last look was NaN or infinite
     */
    public void end() {
        watch.end();
        session.requireOpen();
    }

    /** The means of loss and metrics over the batches so far; waits for the device. */
    public Map<String, Double> logs() {
        return means.read();
    }
}
