package dev.thaw.model.callback;

import dev.thaw.model.Model;
import dev.thaw.train.NonFiniteLossException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends training without an exception when a loss is NaN or infinite. The weights are those before
 * that step.
 */
public final class TerminateOnNaN implements Callback {
    private static final Logger LOG = LoggerFactory.getLogger(TerminateOnNaN.class);

    @Override
    public boolean onNonFiniteLoss(NonFiniteLossException failure, Model model) {
        LOG.warn("{}", failure.getMessage());
        return true;
    }
}
