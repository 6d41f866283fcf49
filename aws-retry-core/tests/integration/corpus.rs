//! The kept corpora of the fuzz targets.

#[path = "../../../fuzz/bodies/bytes.rs"]
mod bytes;
#[path = "../../../fuzz/bodies/controller.rs"]
mod controller;
#[path = "../../../fuzz/bodies/machine.rs"]
mod machine;
#[path = "../../../fuzz/bodies/texts.rs"]
mod texts;

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let kept: Vec<_> = std::fs::read_dir(&corpus).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(kept.len() >= 10, "{} files in {corpus}", kept.len());
    for file in kept {
        println!("{}", file.display());
        run(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn the_kept_corpus_of_the_texts_holds() {
    replay("texts", texts::run);
}

#[test]
fn the_kept_corpus_of_the_state_machine_holds() {
    replay("machine", machine::run);
}

#[test]
fn the_kept_corpus_of_the_controller_holds() {
    replay("controller", controller::run);
}
