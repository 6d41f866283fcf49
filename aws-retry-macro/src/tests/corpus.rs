//! The kept corpus of the fuzz target `expansion`.

#[path = "../../../fuzz/bodies/expansion.rs"]
mod body;

#[test]
fn the_kept_corpus_of_the_expansion_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/expansion");
    let kept: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|it| it.unwrap().path()).collect();
    assert!(kept.len() >= 10, "{} files in {corpus}", kept.len());
    for file in kept {
        println!("{}", file.display());
        body::run(&std::fs::read(&file).unwrap(), crate::attribute::expand);
    }
}
