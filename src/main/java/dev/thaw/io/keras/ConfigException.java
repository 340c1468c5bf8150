package dev.thaw.io.keras;

/**
 * A configuration is not what it should be. The message is {@code place: rule; remedy}, the place a
 * path within the file; whoever reads the file adds the file's name.
 */
final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final String REMEDY = "look at the model in Keras, and save it again";

    ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Where in the file; empty where the message does not say. */
    String place() {
        int colon = getMessage().indexOf(": ");
        String head = colon < 0 ? "" : getMessage().substring(0, colon);
        return head.indexOf(' ') < 0 ? head : "";
    }

    /** The rule and what breaks it. */
    String rule() {
        String rest =
                place().isEmpty() ? getMessage() : getMessage().substring(place().length() + 2);
        int remedy = rest.lastIndexOf("; ");
        return remedy < 0 ? rest : rest.substring(0, remedy);
    }

    /** What the file's owner can do. */
    String remedy() {
        int remedy = getMessage().lastIndexOf("; ");
        return remedy < 0 ? REMEDY : getMessage().substring(remedy + 2);
    }
}
