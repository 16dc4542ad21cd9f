// The function of nothing on which lambent/Rehearsal.java rehearses; compiled with it.
import java.io.InputStream;
import java.io.OutputStream;

public final class Rehearsed {
    private Rehearsed() {
    }

    public static void handle(InputStream event, OutputStream answer) {
    }
}

/** Found in a jar. */
final class RehearsedInJar {
    private RehearsedInJar() {
    }
}
