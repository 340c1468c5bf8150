package dev.thaw.campaign;

import dev.thaw.model.Model;

import java.nio.file.Path;

/** Models are made, trained and closed, or not closed: the process does not grow. */
final class Leaks implements Attack {
    private final Resident resident = new Resident();

    @Override
    public Outcome run(Choices random, Path folder) throws Exception {
        Model m = SmallModels.model(random);
        int rows = 1 + random.nextInt(6);
        m.trainOnBatch(SmallModels.images(random, rows), SmallModels.labels(random, rows));
        m.predict(SmallModels.images(random, 1 + random.nextInt(6)));
        if (random.nextInt(4) != 0) {
            m.close();
        }
        return resident.next();
    }
}
