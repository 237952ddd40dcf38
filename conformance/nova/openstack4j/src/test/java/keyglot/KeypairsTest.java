package keyglot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.openstack4j.api.Builders;
import org.openstack4j.api.OSClient.OSClientV2;
import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.api.compute.KeypairService;
import org.openstack4j.api.exceptions.AuthenticationException;
import org.openstack4j.api.exceptions.ClientResponseException;
import org.openstack4j.api.exceptions.ResponseException;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.compute.Keypair;
import org.openstack4j.openstack.OSFactory;

/** OpenStack4j, unmodified, against a running gateway. */
class KeypairsTest {
    private static final String PASSWORD = "keyglot-demo";
    private static final String DEMO_ID = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0";
    private static final String DEMO2_PROJECT_ID = "0d020d020d020d020d020d020d020d02";
    private static final Identifier DOMAIN = Identifier.byId("default");

    /** The gateway's address; these tests cannot run without it. */
    private static String url() {
        String url = System.getenv("KEYGLOT_URL");
        assertNotNull(url, "KEYGLOT_URL is not set");
        return url;
    }

    /**
     * Logs a demo user in, into the project of the same name. The client keeps the last log-in of a
     * thread for all calls of that thread, so a test uses the client that it made last.
     */
    private static OSClientV3 logIn(String user) {
        return OSFactory.builderV3()
                .endpoint(url() + "/identity/v3")
                .credentials(user, PASSWORD, DOMAIN)
                .scopeToProject(Identifier.byName(user), DOMAIN)
                .authenticate();
    }

    /** The same client, asking for a microversion. */
    private static OSClientV3 at(String version, OSClientV3 client) {
        return client.headers(new HashMap<>(Map.of("OpenStack-API-Version", "compute " + version)));
    }

    private static String newName() {
        return "java-" + UUID.randomUUID();
    }

    private static List<String> names(KeypairService keypairs) {
        return keypairs.list().stream().map(pair -> (String) pair.getName()).toList();
    }

    /** A public key that OpenSSH takes, and its MD5 fingerprint. */
    private record PublicKey(String line, String fingerprint) {
        static PublicKey make() throws GeneralSecurityException, IOException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream blob = new DataOutputStream(bytes);
            byte[] kind = "ssh-rsa".getBytes(StandardCharsets.US_ASCII);
            for (byte[] field : List.of(kind, octets(key.getPublicExponent()), octets(key.getModulus()))) {
                blob.writeInt(field.length);
                blob.write(field);
            }
            byte[] sum = MessageDigest.getInstance("MD5").digest(bytes.toByteArray());
            String line = "ssh-rsa " + Base64.getEncoder().encodeToString(bytes.toByteArray()) + " me@example";
            return new PublicKey(line, HexFormat.ofDelimiter(":").formatHex(sum));
        }

        private static byte[] octets(BigInteger number) {
            return number.toByteArray();
        }
    }

    private static void refused(int status, String text, Runnable call) {
        ResponseException refused = assertThrows(ClientResponseException.class, call::run);
        assertEquals(status, refused.getStatus());
        assertTrue(refused.getMessage().contains(text), refused.getMessage());
    }

    @Test
    void aLogInGivesUserProjectAndCatalogue() {
        OSClientV3 client = logIn("demo");
        assertEquals(DEMO_ID, client.getToken().getUser().getId());
        assertEquals("demo", client.getToken().getProject().getName());
        assertTrue(client.supportsCompute() && client.supportsIdentity());
    }

    @Test
    void aWrongPasswordIsRefused() {
        AuthenticationException refused = assertThrows(AuthenticationException.class, () -> OSFactory.builderV3()
                .endpoint(url() + "/identity/v3")
                .credentials("demo", "wrong", DOMAIN)
                .scopeToProject(Identifier.byName("demo"), DOMAIN)
                .authenticate());
        assertEquals(401, refused.getStatus());
    }

    @Test
    void aTokenIsRescopedLookedAtAndRevoked() {
        OSClientV3 first = logIn("demo");
        OSClientV3 second = OSFactory.builderV3()
                .endpoint(url() + "/identity/v3")
                .token(first.getToken().getId())
                .scopeToProject(Identifier.byName("demo"), DOMAIN)
                .authenticate();
        String token = second.getToken().getId();
        names(second.compute().keypairs());
        first = OSFactory.clientFromToken(first.getToken()); // so that this one calls
        assertEquals(DEMO_ID, first.identity().tokens().get(token).getUser().getId());
        assertTrue(first.identity().tokens().delete(token).isSuccess());
        assertNull(first.identity().tokens().get(token));
    }

    @Test
    void aKeyPairIsGeneratedListedShownAndDeleted() {
        KeypairService keypairs = logIn("demo").compute().keypairs();
        String name = newName();
        Keypair made = keypairs.create(name, null);
        assertEquals(name, made.getName());
        assertEquals(DEMO_ID, made.getUserId());
        assertTrue(made.getPrivateKey().startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
        assertTrue(made.getPublicKey().startsWith("ssh-rsa "));
        assertTrue(names(keypairs).contains(name));
        Keypair shown = keypairs.get(name);
        assertEquals(made.getPublicKey(), shown.getPublicKey());
        assertEquals(made.getFingerprint(), shown.getFingerprint());
        assertNull(shown.getPrivateKey());
        assertNotNull(shown.getCreatedAt());
        assertFalse(shown.getDeleted());
        assertTrue(keypairs.delete(name).isSuccess());
        assertNull(keypairs.get(name));
        assertEquals(404, keypairs.delete(name).getCode());
    }

    @Test
    void aPublicKeyIsImportedAtEveryStep() throws Exception {
        for (String version : List.of("2.1", "2.2", "2.92", "latest")) {
            KeypairService keypairs = at(version, logIn("demo")).compute().keypairs();
            PublicKey key = PublicKey.make();
            String name = newName();
            Keypair made = keypairs.create(name, key.line());
            assertEquals(key.line(), made.getPublicKey());
            assertEquals(key.fingerprint(), made.getFingerprint());
            assertNull(made.getPrivateKey());
            assertTrue(keypairs.delete(name).isSuccess());
        }
    }

    @Test
    void mistakesShowTheServersText() throws Exception {
        KeypairService keypairs = logIn("demo").compute().keypairs();
        String name = newName();
        keypairs.create(name, PublicKey.make().line());
        refused(409, "Key pair '" + name + "' already exists.", () -> keypairs.create(name, null));
        refused(400, "failed to generate fingerprint", () -> keypairs.create(newName(), "ssh-rsa AAAA"));
        refused(400, "Invalid input for field/attribute name.", () -> keypairs.create("a/b", null));
        assertTrue(keypairs.delete(name).isSuccess());
        refused(406, "Version 2.999 is not supported by the API.",
                () -> at("2.999", logIn("demo")).compute().keypairs().list());
    }

    @Test
    void theQuotaIsShownChangedAndKept() throws Exception {
        int room = names(logIn("demo2").compute().keypairs()).size() + 1;
        setQuota(logIn("admin"), room);
        try {
            OSClientV3 member = logIn("demo2");
            assertEquals(room, member.compute().quotaSets().get(DEMO2_PROJECT_ID).getKeyPairs());
            assertEquals(room, member.compute().quotaSets().limits().getAbsolute().getMaxTotalKeypairs());
            KeypairService keypairs = member.compute().keypairs();
            String name = newName();
            keypairs.create(name, PublicKey.make().line());
            refused(403, "Quota exceeded, too many key pairs.", () -> keypairs.create(newName(), null));
            assertTrue(keypairs.delete(name).isSuccess());
            refused(403, "os_compute_api:os-quota-sets:update", () -> setQuota(member, room + 1));
        } finally {
            setQuota(logIn("admin"), 100);
        }
    }

    private static void setQuota(OSClientV3 client, int keyPairs) {
        client.compute().quotaSets()
                .updateForTenant(DEMO2_PROJECT_ID, Builders.quotaSet().keyPairs(keyPairs).build());
    }

    @Test
    void anApiKeyOfRackspaceLogsIn() {
        OSClientV2 client = OSFactory.builderV2()
                .endpoint(url() + "/identity/v2.0")
                .raxApiKey(true)
                .credentials("demo", "keyglot-demo-api-key")
                .authenticate();
        KeypairService keypairs = client.useRegion("DFW").compute().keypairs();
        String name = newName();
        Keypair made = keypairs.create(name, null);
        assertTrue(made.getPublicKey().endsWith(" Generated by Nova\n"));
        assertTrue(names(keypairs).contains(name));
        assertEquals(made.getFingerprint(), keypairs.get(name).getFingerprint());
        refused(409, "Key pair '" + name + "' already exists.", () -> keypairs.create(name, null));
        assertTrue(keypairs.delete(name).isSuccess());
        assertNull(keypairs.get(name));
    }
}
