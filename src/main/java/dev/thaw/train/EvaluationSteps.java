package dev.thaw.train;

import dev.thaw.data.Batch;

import org.apiguardian.api.API;

import java.util.Map;

/** Steps in inference over one batch after another. */
@API(status = API.Status.INTERNAL)
public final class EvaluationSteps {
    private final Session session;
    private final Objective objective;
    private final Means means = new Means();

    EvaluationSteps(Session session, Objective objective) {
        this.session = session;
        this.objective = objective;
    }

    /** Looks whether the model can take a batch, and adds it to the means. */
    public void run(Batch batch) {
        session.evaluate(objective, means, session.checked(batch));
    }

    /** The means of loss and metrics over the batches so far. */
    public Map<String, Double> logs() {
        return session.read(objective, means);
    }
}
