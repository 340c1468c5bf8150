package dev.thaw.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.PReLU;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.Conv2DTranspose;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.convolution.SeparableConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.GroupNormalization;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.layer.normalization.RMSNormalization;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.preprocessing.CenterCrop;
import dev.thaw.layer.preprocessing.FillMode;
import dev.thaw.layer.preprocessing.Interpolation;
import dev.thaw.layer.preprocessing.Normalization;
import dev.thaw.layer.preprocessing.RandomBrightness;
import dev.thaw.layer.preprocessing.RandomContrast;
import dev.thaw.layer.preprocessing.RandomCrop;
import dev.thaw.layer.preprocessing.RandomFlip;
import dev.thaw.layer.preprocessing.RandomRotation;
import dev.thaw.layer.preprocessing.RandomTranslation;
import dev.thaw.layer.preprocessing.RandomZoom;
import dev.thaw.layer.preprocessing.Resizing;
import dev.thaw.layer.regularization.AlphaDropout;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.regularization.DropoutCompensation;
import dev.thaw.layer.regularization.GaussianDropout;
import dev.thaw.layer.regularization.GaussianNoise;
import dev.thaw.layer.regularization.SpatialDropout2D;
import dev.thaw.layer.reshaping.Cropping2D;
import dev.thaw.layer.reshaping.UpSampling2D;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** No option of a layer changes once it has been called: some plans would have the old one. */
class BuiltLayersTest {
    private static final List<Layer> LAYERS =
            List.of(
                    new Dense(2),
                    new Conv2D(2, 1),
                    new Conv2DTranspose(2, 1),
                    new DepthwiseConv2D(1),
                    new SeparableConv2D(2, 1),
                    new LayerNormalization(),
                    new MaxPooling2D(1),
                    new AveragePooling2D(1),
                    new GlobalAveragePooling2D(),
                    new Dropout(.5),
                    new SpatialDropout2D(.5),
                    new AlphaDropout(.5),
                    new GaussianDropout(.5),
                    new GaussianNoise(.5),
                    new GroupNormalization(1),
                    new RMSNormalization(),
                    new Normalization(),
                    new ReLU(),
                    new PReLU(),
                    new UpSampling2D(),
                    new ZeroPadding2D(),
                    new Cropping2D(),
                    new Resizing(2, 2),
                    new CenterCrop(2, 2),
                    new RandomFlip(),
                    new RandomRotation(.1),
                    new RandomZoom(.1),
                    new RandomTranslation(.1, .1),
                    new RandomContrast(.1),
                    new RandomBrightness(.1),
                    new RandomCrop(2, 2));

    @Test
    void everySetterOfABuiltLayerRefuses() throws ReflectiveOperationException {
        int setters = 0;
        for (Layer l : LAYERS) {
            l.apply(Input.of(4, 4, 2));
            for (Method m : setters(l)) {
                setters++;
                assertThatThrownBy(() -> call(m, l))
                        .as(l.getClass().getSimpleName() + "." + m.getName())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith(l.name() + ": ")
                        .hasMessageContaining(" cannot change after the layer is built");
            }
        }
        assertThat(setters).isGreaterThan(40);
    }

    /** The methods that return the layer itself, but for its name. */
    private static List<Method> setters(Layer l) {
        List<Method> found = new ArrayList<>();
        for (Method m : l.getClass().getMethods()) {
            boolean returnsItself = m.getReturnType().isAssignableFrom(l.getClass());
            boolean isSetter = m.getParameterCount() == 1 && !m.isBridge();
            if (returnsItself
                    && isSetter
                    && m.getReturnType() != Object.class
                    && !List.of("named", "trainable", "configure").contains(m.getName())) {
                found.add(m);
            }
        }
        return found;
    }

    private static void call(Method m, Layer l) throws Throwable {
        m.setAccessible(true);
        try {
            m.invoke(l, some(m.getParameterTypes()[0]));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object some(Class<?> type) {
        if (type == int.class) {
            return 1;
        } else if (type == long.class) {
            return 1L;
        } else if (type == double.class) {
            return .5;
        } else if (type == boolean.class) {
            return true;
        } else if (type == int[].class) {
            return new int[] {-1};
        } else if (type == Shape.class) {
            return Shape.of(1, 1);
        } else if (type == DataFormat.class) {
            return DataFormat.CHANNELS_LAST;
        } else if (type == Padding.class) {
            return Padding.SAME;
        } else if (type == DropoutCompensation.class) {
            return DropoutCompensation.INVERTED;
        } else if (type == ActivationFunction.class) {
            return ActivationFunction.RELU;
        } else if (type == Regularizer.class) {
            return Regularizer.l2(.1);
        } else if (type == Constraint.class) {
            return new Constraint.NonNeg();
        } else if (type == Interpolation.class) {
            return Interpolation.NEAREST;
        } else if (type == FillMode.class) {
            return FillMode.WRAP;
        } else if (type == double[].class) {
            return new double[] {0, 1};
        }
        return type.isEnum() ? type.getEnumConstants()[0] : Initializer.zeros();
    }
}
