"""Invented news in pairs: what disagrees, and what only looks as if it did.

Each row: what is special about it, the question, and what two or more outlets say, with
the day of March 2026, and where given outlet and origin. "HEADLINE || text" has a headline.
The reader points at what stands in square brackets, or else at the whole sentence.
"""

Told = tuple[str, ...]

DIFFERING: list[tuple[str, str, list[Told], list[str]]] = [
    ("two tolls", "How many people were killed in the Korvat mine fire?", [
        ("The fire at the Korvat mine killed 47 people, the province said.", "8"),
        ("At the Korvat mine 52 people were killed in the fire, rescuers reported.", "8")],
     ["47 people", "52 people"]),
    ("a toll in another wording", "What is the death toll of the Korvat mine fire?", [
        ("The death toll from the fire at the Korvat mine stands at 47.", "8"),
        ("At least 52 dead have been counted after the fire in the Korvat mine.", "8")],
     ["47", "At least 52 dead"]),
    ("a number in words", "How many people were injured in the Ostrel bridge collapse?", [
        ("Nineteen people were injured when the Ostrel bridge collapsed.", "3"),
        ("The collapse of the Ostrel bridge left 31 people wounded.", "3")],
     ["Nineteen people", "31 people"]),
    ("two costs", "How much will the new Melrick stadium cost?", [
        ("The new stadium in Melrick will cost 84 million euros, the council said.", "5"),
        ("Melrick's new stadium will cost 97.5 million euros, according to the builders.", "6")],
     ["84 million euros", "97.5 million euros"]),
    ("a trial of so many", "How many people took part in the Vessel diet trial?", [
        ("The Vessel diet trial had 264 participants.", "12"),
        ("More than 600 people took part in the Vessel diet trial.", "13")],
     ["264 participants", "More than 600 people"]),
    ("a day and a date", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday after a week of rain.", "5"),
        ("The dam at Sarrow burst on 4 March, a farmer recalled.", "6")], ["Tuesday", "4 March"]),
    ("two years", "In which year was the Ondine Choir founded?", [
        ("The Ondine Choir was founded in 1987 by two teachers.", "5"),
        ("Its records show that the Ondine Choir was founded in 1991.", "7")], ["1987", "1991"]),
    ("did and denied", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines sold the Astrid ferry to a Danish owner.", "5"),
        ("Ferro Lines denied that it sold the Astrid ferry.", "5")],
     ["Ferro Lines sold the Astrid ferry to a Danish owner",
      "Ferro Lines denied that it sold the Astrid ferry"]),
    ("the place only in the headline", "How many people were arrested in Corrow?", [
        ("Riot in Corrow || Police arrested 31 people.", "9"),
        ("Night of unrest in Corrow || By dawn 58 people were arrested.", "9")],
     ["31 people", "58 people"]),
    ("below a lower bound", "How many people were killed in Korvat?", [
        ("At least 60 people were killed in Korvat.", "9"),
        ("In Korvat 38 people were killed.", "9")], ["At least 60 people", "38 people"]),
    ("above an upper bound", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut at most 200 jobs.", "9"),
        ("Tarn Foundry will cut 350 jobs.", "9")], ["at most 200 jobs", "350 jobs"]),
    ("outside a range", "How many people were killed in Korvat?", [
        ("Between 40 and 50 people were killed in Korvat.", "9"),
        ("In Korvat 71 people were killed.", "9")], ["Between 40 and 50 people", "71 people"]),
    ("a fifth more than about", "How many tonnes of oil leaked at Arl?", [
        ("About 500 tonnes of oil leaked at Arl.", "9"),
        ("At Arl 900 tonnes of oil leaked.", "9")], ["About 500 tonnes", "900 tonnes"]),
    ("denied on a later day", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines sold the Astrid ferry on Monday.", "5"),
        ("Ferro Lines denied on Thursday that it sold the Astrid ferry.", "6")],
     ["Ferro Lines sold the Astrid ferry on Monday",
      "Ferro Lines denied on Thursday that it sold the Astrid ferry"]),
    ("did and did not on one day", "Did the nurses of Hamble work?", [
        ("The nurses of Hamble did not work on Monday.", "3"),
        ("The nurses of Hamble worked on Monday.", "4")],
     ["The nurses of Hamble did not work on Monday", "The nurses of Hamble worked on Monday"]),
    ("no talks", "Did Petra Kolm hold talks with Osric Tann?", [
        ("Petra Kolm held talks with Osric Tann at the customs house.", "9"),
        ("There were no talks between Petra Kolm and Osric Tann.", "9")],
     ["Petra Kolm held talks with Osric Tann at the customs house",
      "There were no talks between Petra Kolm and Osric Tann"]),
    ("wounded and not wounded", "Was anybody hurt on the Astrid ferry?", [
        ("Nobody was hurt on the Astrid ferry.", "9"),
        ("A sailor was hurt on the Astrid ferry.", "9")],
     ["Nobody was hurt on the Astrid ferry", "A sailor was hurt on the Astrid ferry"]),
]  # fmt: skip

TOGETHER: list[tuple[str, str, list[Told]]] = [
    ("an age", "Final death toll of Storm Korvat?", [
        ("Storm Korvat killed 11 people, officials said.", "8"),
        ("Four dead in Storm Korvat || Two of the dead were brothers, aged 34 and [37].", "6"),
    ]),
    ("one article gives two figures", "How many boats sank in the harbour of Tessel?", [
        ("Harbour || The port authority put the number of boats sunk in Tessel at 14, while "
         "the fishers' union counted 23 boats sunk.", "5")]),
    ("rounded", "How many people marched in Lusande?", [
        ("About 50,000 people marched in Lusande.", "9"),
        ("Police counted 49,700 people as they marched in Lusande.", "9")]),
    ("lower bound", "How many people were killed in Korvat?", [
        ("At least 30 people were killed in Korvat.", "9"),
        ("In Korvat 45 people were killed.", "9")]),
    ("range", "How many people were killed in Korvat?", [
        ("Between 40 and 50 people were killed in Korvat.", "9"),
        ("In Korvat 45 people were killed.", "9")]),
    ("upper bound", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut up to 400 jobs.", "9"),
        ("Tarn Foundry will cut 350 jobs.", "9")]),
    ("words and digits", "How many boats sank in Tessel?", [
        ("Twelve boats sank in Tessel.", "9"),
        ("In Tessel 12 boats sank.", "9")]),
    ("another thing", "How many people were killed in Korvat?", [
        ("The blast in Korvat killed 12 people.", "9"),
        ("The blast in Korvat injured 40 people.", "9")]),
    ("another place", "How many people were killed in the storm?", [
        ("The storm killed 12 people in Hamble.", "9"),
        ("The storm killed 31 people in Corrow.", "9")]),
    ("part of it", "How many people were killed in the Korvat fire?", [
        ("The Korvat fire killed 47 people.", "9"),
        ("The Korvat fire killed 47 people, among them 12 children.", "9"),
        ("Nine of the 47 people killed in the Korvat fire were nurses.", "9")]),
    ("another quarter", "What was the net profit of Sorrel Mills?", [
        ("In the first quarter the net profit of Sorrel Mills was 20 million euros.", "9"),
        ("In the second quarter the net profit of Sorrel Mills was 31 million euros.", "9")]),
    ("another day", "How many people were killed by shelling in Korvat?", [
        ("Shelling killed 12 people in Korvat on 2 March.", "5"),
        ("Shelling killed 20 people in Korvat on 4 March.", "5")]),
    ("difference", "What is the unemployment rate in Norvane?", [
        ("The unemployment rate in Norvane is 6 per cent.", "5"),
        ("The unemployment rate in Norvane rose by 2 per cent.", "5")]),
    ("copies", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5", "Brindle Post", "wire"),
        ("The blast killed 21 people in Korvat.", "5", "Norvane Wire", "wire")]),
    ("one outlet", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5", "Brindle Post"),
        ("The blast killed 21 people in Korvat.", "5", "Brindle Post")]),
    ("off the subject", "How many people were killed in Korvat?", [
        ("The blast killed 12 people in Korvat.", "5"),
        ("A flood killed 21 people in Sarrow.", "5")]),
    ("week and day", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday.", "5"),
        ("The Sarrow dam burst in March 2026.", "6")]),
    ("day of speaking", "When did the Sarrow dam burst?", [
        ("The Sarrow dam burst on Tuesday.", "6"),
        ("The Sarrow dam burst without warning, the mayor said on Thursday.", "6")]),
    ("possibility", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines may have sold the Astrid ferry.", "5"),
        ("Ferro Lines did not sell the Astrid ferry.", "5")]),
    ("stages of a strike", "Did the nurses of Hamble work?", [
        ("The nurses of Hamble did not work on Monday.", "9"),
        ("The nurses of Hamble worked on Monday.", "16")]),
    ("words that an article quotes", "How many people were killed in Korvat?", [
        ("The blast in Korvat killed 47 people.", "9"),
        ('"I know that the blast in Korvat killed 52 people," she said.', "9")]),
    ("a quotation that began before", "How many people were killed in Korvat?", [
        ("The blast in Korvat killed 47 people.", "9"),
        ("She said: “Nobody sleeps. The blast in Korvat killed 52 people.”", "9")]),
    ("a denial within a longer quotation", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines sold the Astrid ferry.", "5"),
        ('"Read our books. Ferro Lines did not sell the Astrid ferry. Go home," he said.', "5")]),
    ("other negation", "Did Ferro Lines sell the Astrid ferry?", [
        ("Ferro Lines sold the Astrid ferry.", "5"),
        ("No passenger was aboard when Ferro Lines sold the Astrid ferry.", "5")]),
    ("ticket and tunnel", "What will the Orlen tunnel cost?", [
        ("A ticket through the Orlen tunnel will cost 19 euros.", "9"),
        ("The cost of the Orlen tunnel has climbed to 3.4 billion euros.", "9")]),
    ("an age is no toll", "How many people died in Storm Orla?", [
        ("Storm Orla killed 11 people, officials said on Sunday.", "9"),
        ("A woman of 68 was killed in Storm Orla by a chimney.", "7")]),
    ("Covid-19 counts nothing", "How many people have died of Covid-19 in Norvane?", [
        ("Covid-19 has killed 300 people in Norvane.", "9"),
        ("In Norvane Covid-19 has killed 300 people since January.", "10")]),
    ("delegates of anybody", "How many delegates are needed to win in Dunmere?", [
        ("To win, 1,991 delegates are needed.", "9"),
        ("Osric Tann has secured 300 delegates fewer than Petra Kolm.", "9")]),
    ("when the march began", "When did protesters march through Lusande?", [
        ("Protesters marched through Lusande on Sunday.", "9"),
        ("The march of protesters through Lusande began in January.", "9")]),
    ("accidents are no people", "How many people were injured on the roads of Norvane?", [
        ("On the roads of Norvane 750 people were injured.", "9"),
        ("Norvane's roads saw 1,187 accidents in which [many] were injured.", "9")]),
    ("share and count", "How many voters took part in Pellamy?", [
        ("In Pellamy 61 per cent of voters took part.", "9"),
        ("In Pellamy 8,412 voters took part.", "9")]),
    ("hedged", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut 300 jobs.", "9"),
        ("Tarn Foundry could cut 450 jobs if the bank said no.", "9")]),
    ("grew", "How many people were arrested in Corrow?", [
        ("Police arrested 31 people in Corrow.", "9"),
        ("Police have now arrested 58 people in Corrow.", "11")]),
    ("each story its own news", "When did the Dunmere council vote?", [
        ("On Monday the Dunmere council voted to close the pool.", "3"),
        ("On Thursday the Dunmere council voted for a tram.", "20")]),
    ("a condition", "When will the Brackwell takeover be completed?", [
        ("If it is approved in April, the Brackwell takeover will be completed in June "
         "2026.", "9"),
        ("The Brackwell takeover will be completed in June 2026.", "9")]),
    ("living there is not dying there", "How many people were killed in Korvat?", [
        ("Korvat, where 40,000 people live, has fallen to the rebels.", "9"),
        ("In Korvat 300 people have been killed.", "9")]),
]  # fmt: skip
