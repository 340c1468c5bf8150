package dev.thaw.io.keras;

/**
 * A configuration is not what it should be. The message says where in it, the rule, the value and
 * the remedy; whoever reads the file adds the file's name.
 */
final class ConfigException extends RuntimeException {
    ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
