// Starts AWS's runtime client. Where it was started ahead of its environment, it first waits for that (../../PROTOCOL.md).
// Java 8 and later; Launcher.class beside it is compiled of this file by tools/java-launcher.ts, as few machines with a
// Java have a compiler, too.
package lambent;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.api.client.ClasspathLoader;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TimeZone;

public final class Launcher {
    private static final byte[] BOOTED = {23, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final int VARIABLES = 3;
    private static final int FROM_HOST = 3;
    private static final int TO_HOST = 4;

    private Launcher() {
    }

    // Functions of the C library, which Java has no words for; texts by the addresses of their first bytes.
    private static native int chdir(long path);

    private static native long getenv(long name);

    private static native int setenv(long name, long value, int overwrites);

    private static native int unsetenv(long name);

    /**
     * The library with the functions above, the class path that Java is to tell of, the folder to rehearse with, and,
     * only for an archive of what is loaded then, the word `archive`.
     */
    public static void main(String[] arguments) throws Throwable {
        System.load(arguments[0]);
        System.setProperty("java.class.path", arguments[1]);
        if (arguments.length > 3) {
            Rehearsal.run(arguments[2]);
            loadAll();
            return;
        }
        // Not System.getenv, which reads all variables the first time that it is asked for one, and never again.
        ByteBuffer standby = text("LAMBENT_STANDBY");
        if (getenv(address(standby)) != 0) {
            unsetenv(address(standby));
            Rehearsal.run(arguments[2]);
            standBy();
        }
        String handler = System.getenv("_HANDLER");
        System.setProperty("sun.java.command", AWSLambda.class.getName() + " " + handler);
        AWSLambda.main(new String[] {handler});
    }

    private static void standBy() throws IOException, ReflectiveOperationException {
        try (OutputStream toHost = new FileOutputStream(descriptor(TO_HOST));
                DataInputStream fromHost = new DataInputStream(new FileInputStream(descriptor(FROM_HOST)))) {
            toHost.write(BOOTED);
            int type = fromHost.read();
            // The host has gone.
            if (type == -1) System.exit(0);
            if (type != VARIABLES) throw new IOException("a frame of type " + type + " in place of variables");
            byte[] meta = new byte[fromHost.readInt()];
            byte[] body = new byte[fromHost.readInt()];
            fromHost.readFully(meta);
            fromHost.readFully(body);
            for (Map.Entry<String, String> variable : members(body).entrySet()) set(variable.getKey(), variable.getValue());
            String cwd = members(meta).get("cwd");
            ByteBuffer path = text(cwd);
            if (chdir(address(path)) != 0) throw new IOException("cannot enter " + cwd);
            // Who converts JSON asks for the time zone, which was that of the boot.
            System.clearProperty("user.timezone");
            TimeZone.setDefault(null);
            TimeZone.getDefault();
        }
    }

    /** For this process, and so for its libraries and children, too. Null: takes it away. */
    private static void set(String name, String value) throws ReflectiveOperationException {
        ByteBuffer key = text(name);
        if (value == null) {
            unsetenv(address(key));
            return;
        }
        ByteBuffer content = text(value);
        setenv(address(key), address(content), 1);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> members(byte[] json) {
        PojoSerializer<?> serializer = JacksonFactory.getInstance().getSerializer(Map.class);
        return (Map<String, String>) serializer.fromJson(new ByteArrayInputStream(json));
    }

    /** In memory that does not move, as C has texts. */
    private static ByteBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 1);
        buffer.put(bytes);
        return buffer;
    }

    private static long address(ByteBuffer text) throws ReflectiveOperationException {
        Field address = Buffer.class.getDeclaredField("address");
        address.setAccessible(true);
        return address.getLong(text);
    }

    private static FileDescriptor descriptor(int number) throws ReflectiveOperationException {
        Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        return constructor.newInstance(number);
    }

    /** The client's own program for this meets a class for newer Javas, late, and fails. */
    private static void loadAll() throws IOException {
        try {
            ClasspathLoader.main(new String[0]);
        } catch (LinkageError error) {
            System.err.println(error);
        }
    }
}
