// What the client does at the start of every function, done once ahead on a function of nothing: classes are loaded and
// made ready with their first use. Nothing here may read a variable, or leave anything that a function could find.
package lambent;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.api.client.EventHandlerLoader;
import com.amazonaws.services.lambda.runtime.api.client.HandlerInfo;
import com.amazonaws.services.lambda.runtime.api.client.UserFault;
import com.amazonaws.services.lambda.runtime.api.client.logging.FramedTelemetryLogSink;
import com.amazonaws.services.lambda.runtime.api.client.logging.LambdaContextLogger;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeApiClientImpl;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeClientException;
import com.amazonaws.services.lambda.runtime.api.client.util.LambdaOutputStream;
import com.amazonaws.services.lambda.runtime.api.client.util.UnsafeUtil;
import com.amazonaws.services.lambda.runtime.logging.LogFormat;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import com.amazonaws.services.lambda.runtime.serialization.util.ReflectUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.Map;
import java.util.ServiceLoader;

public final class Rehearsal {
    private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";

    /** These read variables when they are initialised: they are only loaded. */
    private static final String[] UNTOUCHED = {"AWSLambda", "LambdaEnvironment", "PojoSerializerLoader"};

    private static final String[] INITIALISED = {
        "CustomerClassLoader$1",
        "EventHandlerLoader$PojoHandlerAsStreamHandler",
        "EventHandlerLoader$PojoMethodRequestHandler",
        "LambdaRequestHandler$UserFaultHandler",
        "ReservedRuntimeEnvironmentVariables",
        "api.LambdaContext",
        "runtimeapi.dto.InvocationRequest",
        "util.ConcurrencyConfig",
        "util.EnvReader",
    };

    /** An address at which nothing answers, and no name has to be looked up. */
    private static final String NOBODY = "127.0.0.1:1";

    private Rehearsal() {
    }

    /** `folder`: has the function of nothing, as code has its classes. */
    static void run(String folder) throws Throwable {
        for (String name : UNTOUCHED) Class.forName(CLIENT + name, false, Rehearsal.class.getClassLoader()).getDeclaredMethods();
        for (String name : INITIALISED) Class.forName(CLIENT + name);
        Class.forName("com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal");
        String algorithms = "jdk.tls.disabledAlgorithms";
        Security.setProperty(algorithms, Security.getProperty(algorithms));
        log();
        convert();
        load(folder);
        UnsafeUtil.disableIllegalAccessWarning();
        try {
            new LambdaRuntimeApiClientImpl(NOBODY).nextInvocation();
        } catch (LambdaRuntimeClientException nobody) {
            UserFault.makeUserFault(nobody).reportableError();
        }
        concatenate();
    }

    private static void log() throws IOException {
        try (FileOutputStream nowhere = new FileOutputStream("/dev/null")) {
            PrintStream lines = new PrintStream(new LambdaOutputStream(nowhere), false, "UTF-8");
            lines.println("rehearsal");
            LambdaContextLogger logger =
                new LambdaContextLogger(new FramedTelemetryLogSink(nowhere.getFD()), LogLevel.fromString("UNDEFINED"), LogFormat.fromString("TEXT"));
            logger.log("rehearsal");
        }
        ReflectUtil.setStaticField(LambdaRuntime.class, "logger", true, LambdaRuntime.getLogger());
    }

    /** Events to objects and back. */
    @SuppressWarnings("unchecked")
    private static void convert() throws ReflectiveOperationException {
        Type words = Rehearsal.class.getMethod("words", Map.class).getGenericReturnType();
        for (Type type : new Type[] {words, Map.class, Object.class, Rehearsal.class}) {
            PojoSerializer<Object> serializer = (PojoSerializer<Object>) (PojoSerializer<?>) JacksonFactory.getInstance().getSerializer(type);
            byte[] json = "{\"word\":\"rehearsal\"}".getBytes(StandardCharsets.UTF_8);
            serializer.toJson(serializer.fromJson(new ByteArrayInputStream(json)), new ByteArrayOutputStream());
        }
    }

    /** A class of a folder, one of a jar, and one that is missing. */
    private static void load(String folder) throws ReflectiveOperationException, IOException {
        Constructor<?> constructor = Class.forName(CLIENT + "CustomerClassLoader").getDeclaredConstructor(String.class, String.class, ClassLoader.class);
        constructor.setAccessible(true);
        try (URLClassLoader loader = (URLClassLoader) constructor.newInstance(folder, folder + "/opt", ClassLoader.getSystemClassLoader())) {
            HandlerInfo handler = HandlerInfo.fromString("Rehearsed::handle", loader);
            EventHandlerLoader.loadEventHandler(handler);
            Method method = handler.clazz.getMethod("handle", InputStream.class, OutputStream.class);
            method.invoke(null, (Object) null, (Object) null);
            HandlerInfo.fromString("RehearsedInJar::handle", loader);
            ServiceLoader.load(CustomPojoSerializer.class, loader).iterator().hasNext();
        }
    }

    /** Texts of several parts, as compilers for Java 9 and later put them together: most functions do. */
    private static void concatenate() throws Throwable {
        Method factory;
        try {
            factory = Class.forName("java.lang.invoke.StringConcatFactory")
                .getMethod("makeConcatWithConstants", MethodHandles.Lookup.class, String.class, MethodType.class, String.class, Object[].class);
        } catch (ClassNotFoundException java8) {
            return;
        }
        String[] recipes = {"\1a", "a\1", "a\1a", "\1\1", "a\1a\1", "a\1a\1a"};
        for (String recipe : recipes) {
            Class<?>[] parts = recipe.chars().filter(character -> character == 1).mapToObj(part -> String.class).toArray(Class<?>[]::new);
            factory.invoke(null, MethodHandles.lookup(), "rehearsal", MethodType.methodType(String.class, parts), recipe, new Object[0]);
        }
    }

    public static Map<String, String> words(Map<String, String> words) {
        return words;
    }

    public String getWord() {
        return "rehearsal";
    }

    public void setWord(String word) {
    }
}
