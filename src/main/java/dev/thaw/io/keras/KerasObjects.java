package dev.thaw.io.keras;

import static java.util.Map.entry;

import dev.thaw.config.Registry;
import dev.thaw.layer.Layer;
import dev.thaw.layer.activation.Activation;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.activation.ELU;
import dev.thaw.layer.activation.LeakyReLU;
import dev.thaw.layer.activation.PReLU;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.activation.Softmax;
import dev.thaw.layer.convolution.Conv1D;
import dev.thaw.layer.convolution.Conv1DTranspose;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.Conv2DTranspose;
import dev.thaw.layer.convolution.Conv3D;
import dev.thaw.layer.convolution.Conv3DTranspose;
import dev.thaw.layer.convolution.DepthwiseConv1D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.convolution.SeparableConv1D;
import dev.thaw.layer.convolution.SeparableConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.core.Embedding;
import dev.thaw.layer.core.Identity;
import dev.thaw.layer.core.Masking;
import dev.thaw.layer.core.TimeDistributed;
import dev.thaw.layer.merging.Add;
import dev.thaw.layer.merging.Average;
import dev.thaw.layer.merging.Concatenate;
import dev.thaw.layer.merging.Dot;
import dev.thaw.layer.merging.Maximum;
import dev.thaw.layer.merging.Minimum;
import dev.thaw.layer.merging.Multiply;
import dev.thaw.layer.merging.Subtract;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.GroupNormalization;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.layer.normalization.RMSNormalization;
import dev.thaw.layer.normalization.UnitNormalization;
import dev.thaw.layer.pooling.AveragePooling1D;
import dev.thaw.layer.pooling.AveragePooling2D;
import dev.thaw.layer.pooling.AveragePooling3D;
import dev.thaw.layer.pooling.GlobalAveragePooling1D;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.layer.pooling.GlobalAveragePooling3D;
import dev.thaw.layer.pooling.GlobalMaxPooling1D;
import dev.thaw.layer.pooling.GlobalMaxPooling2D;
import dev.thaw.layer.pooling.GlobalMaxPooling3D;
import dev.thaw.layer.pooling.MaxPooling1D;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.pooling.MaxPooling3D;
import dev.thaw.layer.preprocessing.CenterCrop;
import dev.thaw.layer.preprocessing.Normalization;
import dev.thaw.layer.preprocessing.RandomBrightness;
import dev.thaw.layer.preprocessing.RandomContrast;
import dev.thaw.layer.preprocessing.RandomCrop;
import dev.thaw.layer.preprocessing.RandomFlip;
import dev.thaw.layer.preprocessing.RandomRotation;
import dev.thaw.layer.preprocessing.RandomTranslation;
import dev.thaw.layer.preprocessing.RandomZoom;
import dev.thaw.layer.preprocessing.Rescaling;
import dev.thaw.layer.preprocessing.Resizing;
import dev.thaw.layer.regularization.ActivityRegularization;
import dev.thaw.layer.regularization.AlphaDropout;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.regularization.GaussianDropout;
import dev.thaw.layer.regularization.GaussianNoise;
import dev.thaw.layer.regularization.SpatialDropout1D;
import dev.thaw.layer.regularization.SpatialDropout2D;
import dev.thaw.layer.regularization.SpatialDropout3D;
import dev.thaw.layer.reshaping.Cropping1D;
import dev.thaw.layer.reshaping.Cropping2D;
import dev.thaw.layer.reshaping.Cropping3D;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.layer.reshaping.Permute;
import dev.thaw.layer.reshaping.RepeatVector;
import dev.thaw.layer.reshaping.Reshape;
import dev.thaw.layer.reshaping.UpSampling1D;
import dev.thaw.layer.reshaping.UpSampling2D;
import dev.thaw.layer.reshaping.UpSampling3D;
import dev.thaw.layer.reshaping.ZeroPadding1D;
import dev.thaw.layer.reshaping.ZeroPadding2D;
import dev.thaw.layer.reshaping.ZeroPadding3D;
import dev.thaw.layer.weight.Constraint;
import dev.thaw.layer.weight.Initializer;
import dev.thaw.layer.weight.Regularizer;
import dev.thaw.train.loss.Loss;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Optimizer;

import java.util.Map;
import java.util.function.Supplier;

/** What Keras's files may name: all that Thaw has. */
final class KerasObjects {
    /** By name, as a layer that is made takes an automatic name and a seed. */
    private static final Map<String, Supplier<Layer>> LAYERS =
            Map.ofEntries(
                    entry("Activation", Activation::new),
                    entry("ActivityRegularization", ActivityRegularization::new),
                    entry("Add", Add::new),
                    entry("AlphaDropout", AlphaDropout::new),
                    entry("Average", Average::new),
                    entry("AveragePooling1D", AveragePooling1D::new),
                    entry("AveragePooling2D", AveragePooling2D::new),
                    entry("AveragePooling3D", AveragePooling3D::new),
                    entry("BatchNormalization", BatchNormalization::new),
                    entry("CenterCrop", CenterCrop::new),
                    entry("Concatenate", Concatenate::new),
                    entry("Conv1D", Conv1D::new),
                    entry("Conv1DTranspose", Conv1DTranspose::new),
                    entry("Conv2D", Conv2D::new),
                    entry("Conv2DTranspose", Conv2DTranspose::new),
                    entry("Conv3D", Conv3D::new),
                    entry("Conv3DTranspose", Conv3DTranspose::new),
                    entry("Cropping1D", Cropping1D::new),
                    entry("Cropping2D", Cropping2D::new),
                    entry("Cropping3D", Cropping3D::new),
                    entry("Dense", Dense::new),
                    entry("DepthwiseConv1D", DepthwiseConv1D::new),
                    entry("DepthwiseConv2D", DepthwiseConv2D::new),
                    entry("Dot", Dot::new),
                    entry("Dropout", Dropout::new),
                    entry("ELU", ELU::new),
                    entry("Embedding", Embedding::new),
                    entry("Flatten", Flatten::new),
                    entry("GaussianDropout", GaussianDropout::new),
                    entry("GaussianNoise", GaussianNoise::new),
                    entry("GlobalAveragePooling1D", GlobalAveragePooling1D::new),
                    entry("GlobalAveragePooling2D", GlobalAveragePooling2D::new),
                    entry("GlobalAveragePooling3D", GlobalAveragePooling3D::new),
                    entry("GlobalMaxPooling1D", GlobalMaxPooling1D::new),
                    entry("GlobalMaxPooling2D", GlobalMaxPooling2D::new),
                    entry("GlobalMaxPooling3D", GlobalMaxPooling3D::new),
                    entry("GroupNormalization", GroupNormalization::new),
                    entry("Identity", Identity::new),
                    entry("LayerNormalization", LayerNormalization::new),
                    entry("LeakyReLU", LeakyReLU::new),
                    entry("Masking", Masking::new),
                    entry("MaxPooling1D", MaxPooling1D::new),
                    entry("MaxPooling2D", MaxPooling2D::new),
                    entry("MaxPooling3D", MaxPooling3D::new),
                    entry("Maximum", Maximum::new),
                    entry("Minimum", Minimum::new),
                    entry("Multiply", Multiply::new),
                    entry("Normalization", Normalization::new),
                    entry("PReLU", PReLU::new),
                    entry("Permute", Permute::new),
                    entry("RMSNormalization", RMSNormalization::new),
                    entry("RandomBrightness", RandomBrightness::new),
                    entry("RandomContrast", RandomContrast::new),
                    entry("RandomCrop", RandomCrop::new),
                    entry("RandomFlip", RandomFlip::new),
                    entry("RandomRotation", RandomRotation::new),
                    entry("RandomTranslation", RandomTranslation::new),
                    entry("RandomZoom", RandomZoom::new),
                    entry("ReLU", ReLU::new),
                    entry("RepeatVector", RepeatVector::new),
                    entry("Rescaling", Rescaling::new),
                    entry("Reshape", Reshape::new),
                    entry("Resizing", Resizing::new),
                    entry("SeparableConv1D", SeparableConv1D::new),
                    entry("SeparableConv2D", SeparableConv2D::new),
                    entry("Softmax", Softmax::new),
                    entry("SpatialDropout1D", SpatialDropout1D::new),
                    entry("SpatialDropout2D", SpatialDropout2D::new),
                    entry("SpatialDropout3D", SpatialDropout3D::new),
                    entry("Subtract", Subtract::new),
                    entry("TimeDistributed", TimeDistributed::new),
                    entry("UnitNormalization", UnitNormalization::new),
                    entry("UpSampling1D", UpSampling1D::new),
                    entry("UpSampling2D", UpSampling2D::new),
                    entry("UpSampling3D", UpSampling3D::new),
                    entry("ZeroPadding1D", ZeroPadding1D::new),
                    entry("ZeroPadding2D", ZeroPadding2D::new),
                    entry("ZeroPadding3D", ZeroPadding3D::new));

    static final Registry STANDARD = standard();

    private KerasObjects() {}

    private static Registry standard() {
        Registry all =
                Registry.EMPTY
                        .with(Initializer.KNOWN)
                        .with(Regularizer.KNOWN)
                        .with(Constraint.KNOWN)
                        .with(ActivationFunction.known())
                        .with(Loss.KNOWN)
                        .with(Metric.KNOWN)
                        .with(Optimizer.KNOWN);
        for (Map.Entry<String, Supplier<Layer>> layer : LAYERS.entrySet()) {
            all = all.with(Layer.class, layer.getKey(), layer.getValue());
        }
        return all;
    }
}
