//! Whatever bytes a file has, reading it ends, without a panic, with every place inside the file.

use proptest::prelude::*;
use undrawn_model::{SourceFile, SourceTree};

/// One name for every format, and words that lead deep into their readers.
const NAMES: &[&str] = &[
    "docker-compose.yml",
    "k8s/a.yaml",
    "kustomization.yaml",
    "Dockerfile",
    ".env",
    "nginx.conf",
    "apache.conf",
    "logstash.conf",
    "filebeat.yml",
    "envoy.yaml",
    "prometheus.yml",
    "run.sh",
    "datasource.yml",
    "otel.yml",
];

const WORDS: &[&str] = &[
    "services:\n  a:\n    image: ",
    "    build: .\n",
    "    ports: [",
    "    environment:\n      - A=",
    "    command: ",
    "    extends: {file: docker-compose.yml, service: a}\n",
    "    volumes: ['./:/x']\n",
    "${",
    "}",
    "$(",
    "'",
    "\"",
    "\\",
    "\n",
    "\t",
    "\r\n",
    "é",
    "\u{FFFD}",
    "FROM a AS b\n",
    "COPY --from=b /x . \n",
    "RUN <<EOF\n",
    "ENV A=$A B\n",
    "CMD [",
    "apiVersion: v1\nkind: ",
    "ConfigMap\nmetadata: {name: a}\ndata:\n  a.yml: |\n    ",
    "Deployment\n",
    "---\n",
    "server {",
    "location / {",
    "proxy_pass http://$a:80;",
    "set $a $a;",
    "upstream a { server a; }",
    "ProxyPass /a balancer://b\n",
    "<Proxy balancer://b",
    ">",
    "BalancerMember ",
    "input { ",
    "output { a { hosts => [",
    "static_resources:\n  clusters:",
    "scrape_configs:\n - static_configs: [{targets: [",
    "datasources: [{url: ",
    "exporters:",
    "pipelines:",
    "&a ",
    "*a",
    "<<: ",
    "wait-for-it.sh ",
    "-h",
    "--",
    "a:1",
    "until curl http://a/",
    "[",
    "]",
    "{",
    ": ",
    "- ",
    "|",
    ">",
];

proptest! {
    #[test]
    fn no_panic_and_no_place_outside(name in 0..NAMES.len(), words in proptest::collection::vec(0..WORDS.len(), 0..30)) {
        let text: String = words.iter().map(|w| WORDS[*w]).collect();
        let lines = text.split('\n').count() as u32;
        let tree = SourceTree::new(vec![
            SourceFile::new(NAMES[name], text.as_bytes()),
            SourceFile::new("Dockerfile", b"FROM nginx\nCOPY nginx.conf /\n"),
        ]);
        let (evidence, notes) = undrawn_deploy::read(&tree);
        let places = evidence.iter().map(|e| &e.sighting.location).chain(notes.iter().filter_map(|n| n.location.as_ref()));
        for place in places.filter(|p| &*p.file == NAMES[name]) {
            prop_assert!(place.line >= 1 && place.line <= lines.max(2), "{place:?} of {lines} lines");
            prop_assert!(place.column >= 1);
        }
    }

    #[test]
    fn raw_bytes_are_fine(name in 0..NAMES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        undrawn_deploy::read(&SourceTree::new(vec![SourceFile::new(NAMES[name], &bytes)]));
    }
}

#[test]
fn deep_and_long_inputs_end() {
    let deep = format!("services: {}{}", "{a: ".repeat(5000), "}".repeat(5000));
    let blocks =
        format!("{}{}", "server {\n location / {\n".repeat(5000), "proxy_pass http://a; }\n".repeat(5000));
    let nested = format!("output {{ {}", "if a { ".repeat(5000));
    let quotes = "'".repeat(20_000);
    let long = "RUN a \\\n".repeat(20_000);
    let script = "sh -c \"".repeat(2000);
    let files = [
        ("docker-compose.yml", &deep),
        ("nginx.conf", &blocks),
        ("logstash.conf", &nested),
        ("Dockerfile", &long),
        ("a/Dockerfile", &quotes),
        ("b/Dockerfile", &script),
    ];
    let files = files.iter().map(|(path, text)| SourceFile::new(*path, text.as_bytes())).collect();
    undrawn_deploy::read(&SourceTree::new(files));
}

#[test]
fn order_and_content_depend_on_the_tree_alone() {
    let files = || {
        NAMES
            .iter()
            .enumerate()
            .map(|(i, n)| SourceFile::new(*n, WORDS[i * 3].repeat(3).as_bytes()))
            .collect::<Vec<_>>()
    };
    let mut backwards = files();
    backwards.reverse();
    let (a, b) = (SourceTree::new(files()), SourceTree::new(backwards));
    assert_eq!(undrawn_deploy::read(&a), undrawn_deploy::read(&b));
}
