package dev.thaw.io.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One call of an operator as Keras 3 writes it.
 *
 * @param module where Keras keeps the class: {@code keras.src.ops.numpy}
 * @param className Keras's class: {@code Multiply}
 * @param config the constructor's arguments without the name
 * @param args the positional arguments of the call
 */
record NewOperator(String module, String className, ObjectNode config, ArrayNode args) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /**
     * A call without arguments yet; {@code numpy.Multiply} is short for the class in its module.
     */
    static NewOperator of(String name) {
        int dot = name.indexOf('.');
        return new NewOperator(
                "keras.src.ops." + name.substring(0, dot),
                name.substring(dot + 1),
                JSON.objectNode(),
                JSON.arrayNode());
    }

    /** With one more argument of the call; a list of numbers becomes an array. */
    NewOperator arg(JsonNode value) {
        if (isNumbers(value)) {
            ObjectNode array = args.addObject();
            array.put("class_name", "__numpy__");
            array.putObject("config").put("dtype", "float32").set("value", value);
        } else {
            args.add(value);
        }
        return this;
    }

    private static boolean isNumbers(JsonNode value) {
        return value.isArray() && (value.path(0).isNumber() || isNumbers(value.path(0)));
    }

    /** With one more argument of the call that stays a list, as a subscript is. */
    NewOperator list(JsonNode value) {
        args.add(value);
        return this;
    }

    /** With one more argument of the constructor. */
    NewOperator with(String key, JsonNode value) {
        config.set(key, value);
        return this;
    }

    NewOperator with(String key, double value) {
        config.put(key, value);
        return this;
    }

    NewOperator with(String key, boolean value) {
        config.put(key, value);
        return this;
    }

    NewOperator with(String key, String value) {
        config.put(key, value);
        return this;
    }

    /** The same operator, whatever the call takes. */
    boolean sameAs(NewOperator other) {
        return className.equals(other.className) && config.equals(other.config);
    }
}
