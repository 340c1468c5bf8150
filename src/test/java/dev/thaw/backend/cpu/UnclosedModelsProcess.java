package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.reshaping.UpSampling2D;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** A process of its own, whose native memory has a limit: models run and are never closed. */
public final class UnclosedModelsProcess {
    private static final int SIDE = 16;

    private UnclosedModelsProcess() {}

    /**
     * The arguments are the number of models, of which each takes 16 MB between its layers and no
     * heap, and {@code kept} where they stay in reach.
     */
    public static void main(String[] args) {
        List<Model> kept = new ArrayList<>();
        Tensor x = Tensor.zeros(Shape.of(1, SIDE, SIDE, 4), DType.FLOAT32);
        for (int i = 0; i < Integer.parseInt(args[0]); i++) {
            Model model =
                    new Sequential(
                                    Input.of(SIDE, SIDE, 4),
                                    new UpSampling2D().size(64),
                                    new GlobalAveragePooling2D(),
                                    new Dense(8))
                            .on(Device.cpu());
            model.predict(x);
            if (args[1].equals("kept")) {
                kept.add(model);
            }
        }
        System.out.println("all ran, kept " + kept.size());
    }
}
