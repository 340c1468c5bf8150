package dev.thaw.backend.reference;

import dev.thaw.op.Convolution;
import dev.thaw.op.ConvolutionGradFilter;
import dev.thaw.op.ConvolutionGradInput;
import dev.thaw.op.DepthwiseConvolution;
import dev.thaw.op.DepthwiseConvolutionGradFilter;
import dev.thaw.op.DepthwiseConvolutionGradInput;
import dev.thaw.op.Value;
import dev.thaw.op.Window;

import java.nio.DoubleBuffer;

/**
 * A convolution is a sum of products x w into y; its two gradients are sums over the same triples
 * of indices, into x and into w.
 */
final class Convolutions {
    /** Positions in the images, the filters and the outputs that meet in one product. */
    private interface Term {
        void visit(int x, int w, int y);
    }

    private Convolutions() {}

    static void register(Table table) {
        table.add(Convolution.class, Convolutions::forward);
        table.add(ConvolutionGradInput.class, Convolutions::gradInput);
        table.add(ConvolutionGradFilter.class, Convolutions::gradFilter);
        table.add(DepthwiseConvolution.class, Convolutions::depthwise);
        table.add(DepthwiseConvolutionGradInput.class, Convolutions::depthwiseGradInput);
        table.add(DepthwiseConvolutionGradFilter.class, Convolutions::depthwiseGradFilter);
    }

    private static void terms(Value x, Value w, Value y, Window window, int groups, Term term) {
        int channels = x.shape().last();
        int filters = y.shape().last();
        int seen = channels / groups;
        Taps.forEach(
                window,
                x,
                y,
                (out, cell, in) -> {
                    for (int n = 0; n < x.shape().dim(0); n++) {
                        for (int f = 0; f < filters; f++) {
                            int group = f / (filters / groups);
                            for (int c = 0; c < seen; c++) {
                                term.visit(
                                        (n * Taps.cells(x) + in) * channels + group * seen + c,
                                        (cell * seen + c) * filters + f,
                                        (n * Taps.cells(y) + out) * filters + f);
                            }
                        }
                    }
                });
    }

    private static void depthwiseTerms(Value x, Value w, Value y, Window window, Term term) {
        int channels = x.shape().last();
        int multiplier = w.shape().last();
        Taps.forEach(
                window,
                x,
                y,
                (out, cell, in) -> {
                    for (int n = 0; n < x.shape().dim(0); n++) {
                        for (int c = 0; c < channels; c++) {
                            for (int m = 0; m < multiplier; m++) {
                                int filter = c * multiplier + m;
                                term.visit(
                                        (n * Taps.cells(x) + in) * channels + c,
                                        cell * channels * multiplier + filter,
                                        (n * Taps.cells(y) + out) * channels * multiplier + filter);
                            }
                        }
                    }
                });
    }

    private static void forward(Convolution op, Cells cells) {
        startWith(op.bias(), op.y(), cells);
        terms(
                op.x(),
                op.w(),
                op.y(),
                op.window(),
                op.groups(),
                intoY(op.x(), op.w(), op.y(), cells));
        Functions.finish(op.y(), op.residual(), op.rectifier(), cells);
    }

    private static void gradInput(ConvolutionGradInput op, Cells cells) {
        cells.fill(op.dx(), 0);
        Term term = intoX(op.dx(), op.w(), op.dy(), cells);
        terms(op.dx(), op.w(), op.dy(), op.window(), op.groups(), term);
    }

    private static void gradFilter(ConvolutionGradFilter op, Cells cells) {
        cells.fill(op.dw(), 0);
        Term term = intoW(op.x(), op.dw(), op.dy(), cells);
        terms(op.x(), op.dw(), op.dy(), op.window(), op.groups(), term);
    }

    private static void depthwise(DepthwiseConvolution op, Cells cells) {
        startWith(op.bias(), op.y(), cells);
        Term term = intoY(op.x(), op.w(), op.y(), cells);
        depthwiseTerms(op.x(), op.w(), op.y(), op.window(), term);
        Functions.finish(op.y(), null, op.rectifier(), cells);
    }

    private static void depthwiseGradInput(DepthwiseConvolutionGradInput op, Cells cells) {
        cells.fill(op.dx(), 0);
        Term term = intoX(op.dx(), op.w(), op.dy(), cells);
        depthwiseTerms(op.dx(), op.w(), op.dy(), op.window(), term);
    }

    private static void depthwiseGradFilter(DepthwiseConvolutionGradFilter op, Cells cells) {
        cells.fill(op.dw(), 0);
        Term term = intoW(op.x(), op.dw(), op.dy(), cells);
        depthwiseTerms(op.x(), op.dw(), op.dy(), op.window(), term);
    }

    private static void startWith(Value bias, Value y, Cells cells) {
        DoubleBuffer target = cells.numbers(y);
        for (int i = 0; i < y.size(); i++) {
            target.put(i, cells.numberOr(0, bias, i % y.shape().last()));
        }
    }

    private static Term intoY(Value x, Value w, Value y, Cells cells) {
        DoubleBuffer images = cells.numbers(x);
        DoubleBuffer filters = cells.numbers(w);
        DoubleBuffer results = cells.numbers(y);
        return (i, j, k) -> results.put(k, results.get(k) + images.get(i) * filters.get(j));
    }

    private static Term intoX(Value dx, Value w, Value dy, Cells cells) {
        DoubleBuffer images = cells.numbers(dx);
        DoubleBuffer filters = cells.numbers(w);
        DoubleBuffer upstream = cells.numbers(dy);
        return (i, j, k) -> images.put(i, images.get(i) + upstream.get(k) * filters.get(j));
    }

    private static Term intoW(Value x, Value dw, Value dy, Cells cells) {
        DoubleBuffer images = cells.numbers(x);
        DoubleBuffer filters = cells.numbers(dw);
        DoubleBuffer upstream = cells.numbers(dy);
        return (i, j, k) -> filters.put(j, filters.get(j) + images.get(i) * upstream.get(k));
    }
}
