// One node of a cluster for tests, in a process of its own, so that it can be killed:
//     java -cp 'lib/*' Node.java FOLDER PLUGIN...
// FOLDER holds config/opensearch.yml and config/log4j2.properties. PLUGIN is the class of a plugin on the class path. The
// node ends when its standard input is closed, so it does not outlive the process that started it. The ordinary start
// refuses to run as root and wants an installed distribution; a node itself wants neither.
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.PluginInfo;

public class Node {
    private static final class Started extends org.opensearch.node.Node {
        @SuppressWarnings({"unchecked", "rawtypes"}) // a collection of classes in 2.x, of their descriptions in 3.x
        Started(Environment environment, Collection plugins) {
            super(environment, plugins, false);
        }
    }

    public static void main(String[] given) throws Exception {
        Path folder = Path.of(given[0]).toAbsolutePath();
        Settings home = Settings.builder().put("path.home", folder.toString()).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(home, Map.of(), folder.resolve("config"), () -> "node");
        LogConfigurator.setNodeName(environment.settings().get("node.name"));
        LogConfigurator.configure(environment);
        Thread leash = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (java.io.IOException gone) {
                // the same as its end
            }
            Runtime.getRuntime().halt(0);
        });
        leash.setDaemon(true);
        leash.start();
        List<Object> plugins = new ArrayList<>();
        for (int at = 1; at < given.length; at++) {
            Class<?> plugin = Class.forName(given[at]);
            plugins.add(Version.CURRENT.major < 3 ? plugin : described(given[at]));
        }
        new Started(environment, plugins).start();
        System.out.println("started");
        Thread.currentThread().join();
    }

    private static PluginInfo described(String name) {
        String java = Integer.toString(Runtime.version().feature());
        return new PluginInfo(name, "on the class path", "NA", Version.CURRENT, java, name, null, List.of(), false);
    }
}
