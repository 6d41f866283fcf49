//! The kept corpus of the fuzz target.

#[path = "../../fuzz/bodies/bytes.rs"]
mod bytes;
#[path = "../../fuzz/bodies/fleet.rs"]
mod fleet;

#[test]
fn the_kept_corpus_of_the_records_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/fleet");
    let kept: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(kept.len() >= 10, "{} files in {corpus}", kept.len());
    for file in kept {
        println!("{}", file.display());
        fleet::run(&std::fs::read(&file).unwrap());
    }
}
