package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

/** A process of its own, whose native memory has a limit: models run and are never closed. */
public final class UnclosedModelsProcess {
    private static final int WIDTH = 2_048;

    private UnclosedModelsProcess() {}

    /** The argument is the number of models; each takes some 16 MB for its weights alone. */
    public static void main(String[] args) {
        Tensor x = Tensor.zeros(Shape.of(2, WIDTH), DType.FLOAT32);
        for (int i = 0; i < Integer.parseInt(args[0]); i++) {
            Model model = new Sequential(Input.of(WIDTH), new Dense(WIDTH)).on(Device.cpu());
            model.predict(x);
        }
        System.out.println("all ran");
    }
}
