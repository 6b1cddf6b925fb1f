"""Invented news in pairs: what disagrees, and what only looks as if it did.

Each row: what is special about it, the question, and what two or more outlets say, with
the day of March 2026, and where given outlet and origin. "HEADLINE || text" has a headline.
The reader points at what stands in square brackets, or else at the whole sentence.
"""

from __future__ import annotations

Told = tuple[str, ...]

DIFFERING: list[tuple[str, str, list[Told], list[str]]] = [
    ("the place only in the headline", "How many people were arrested in Corrow?", [
        ("Riot in Corrow || Police arrested 31 people.", "9"),
        ("Night of unrest in Corrow || By dawn 58 people were arrested.", "9")],
     ["31 people", "58 people"]),
    ("a trial of so many", "How many people took part in the Lorne trial?", [
        ("The Lorne trial had 264 participants.", "9"),
        ("The drink helped in a trial of 600 people in Lorne.", "9")],
     ["264 participants", "600 people"]),
    ("a body of so many", "How many people were in the Lorne trial?", [
        ("Trial in Lorne || The trial had 264 patients.", "9"),
        ("Tea helps in Lorne || It did so in a trial of 600 people.", "9")],
     ["264 patients", "600 people"]),
    ("below a lower bound", "How many people were killed in Korvat?", [
        ("At least 60 people were killed in Korvat.", "9"),
        ("In Korvat 38 people were killed.", "9")],
     ["At least 60 people", "38 people"]),
    ("above an upper bound", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut at most 200 jobs.", "9"),
        ("Tarn Foundry will cut 350 jobs.", "9")],
     ["at most 200 jobs", "350 jobs"]),
    ("lives that were lost", "How many people were killed in Korvat?", [
        ("The flood in Korvat claimed 60 lives.", "9"),
        ("In Korvat 38 people were killed by the flood.", "9")],
     ["60 lives", "38 people"]),
    ("outside a range", "How many people were killed in Korvat?", [
        ("Between 40 and 50 people were killed in Korvat.", "9"),
        ("In Korvat 71 people were killed.", "9")],
     ["Between 40 and 50 people", "71 people"]),
    ("a fifth more than about", "How many tonnes of oil leaked at Arl?", [
        ("About 500 tonnes of oil leaked at Arl.", "9"),
        ("At Arl 900 tonnes of oil leaked.", "9")],
     ["About 500 tonnes", "900 tonnes"]),
    ("two days of one event", "On which day did the Hollin bakery burn down?", [
        ("The Hollin bakery burned down on Monday.", "4"),
        ("On Tuesday the bakery at Hollin burned down.", "5")],
     ["Monday", "Tuesday"]),
    ("years of one founding", "When was the Sarrow choir founded?", [
        ("The Sarrow choir was founded in 1952.", "4"),
        ("Two sisters founded the Sarrow choir in 1961.", "24")],
     ["1952", "1961"]),
    ("did and did not", "Did the mayor of Dunmere sign the contract?", [
        ("The mayor of Dunmere signed the contract on Friday.", "9"),
        ("The mayor of Dunmere did not sign the contract, her office said.", "10")],
     ["The mayor of Dunmere signed the contract on Friday",
      "The mayor of Dunmere did not sign the contract, her office said"]),
    ("no talks", "Did Petra Kolm hold talks with Osric Tann?", [
        ("Petra Kolm held talks with Osric Tann at the customs house.", "9"),
        ("There were no talks between Petra Kolm and Osric Tann.", "9")],
     ["Petra Kolm held talks with Osric Tann at the customs house",
      "There were no talks between Petra Kolm and Osric Tann"]),
    ("wounded and not wounded", "Was anybody hurt on the Astrid ferry?", [
        ("Nobody was hurt on the Astrid ferry.", "9"),
        ("A sailor was hurt on the Astrid ferry.", "9")],
     ["Nobody was hurt on the Astrid ferry", "A sailor was hurt on the Astrid ferry"]),
    ("two prices of one thing", "What does a ticket for the Astrid ferry cost?", [
        ("A ticket for the Astrid ferry costs 14 euros.", "9"),
        ("For the Astrid ferry a ticket will cost 19 euros.", "9")],
     ["14 euros", "19 euros"]),
]  # fmt: skip

TOGETHER: list[tuple[str, str, list[Told]]] = [
    ("ticket and tunnel", "What will the Orlen tunnel cost?", [
        ("A ticket through the Orlen tunnel will cost 19 euros.", "9"),
        ("The cost of the Orlen tunnel has climbed to 3.4 billion euros.", "9")]),
    ("what is asked stands in one alone", "What does a dog's ticket on the Astrid cost?", [
        ("A dog's ticket on the Astrid costs 4 euros.", "9"),
        ("A meal on the Astrid costs 21 euros.", "9")]),
    ("Covid-19 counts nothing", "How many people have died of Covid-19 in Norvane?", [
        ("Covid-19 has killed 300 people in Norvane.", "9"),
        ("In Norvane Covid-19 has killed 300 people since January.", "10")]),
    ("category of a storm", "How many people were killed in Hamble by the storm?", [
        ("A category 4 storm killed people in Hamble.", "9"),
        ("A category 2 storm has killed people in Hamble, officials said.", "9")]),
    ("delegates of anybody", "How many delegates are needed to win in Dunmere?", [
        ("To win, 1,991 delegates are needed.", "9"),
        ("Osric Tann has secured 300 delegates fewer than Petra Kolm.", "9")]),
    ("a meal is no ticket", "What does a ticket on the Astrid cost?", [
        ("A ticket on the Astrid costs 14 euros.", "9"),
        ("A meal on the Astrid costs 21 euros.", "9")]),
    ("when the march began", "When did protesters march through Lusande?", [
        ("Protesters marched through Lusande on Sunday.", "9"),
        ("The march of protesters through Lusande began in January.", "9")]),
    ("categories of a storm", "How many storms hit Hamble?", [
        ("A category 4 storm hit Hamble.", "9"),
        ("A category 2 storm hit Hamble.", "9")]),
    ("so many fewer", "How many delegates has Osric Tann secured?", [
        ("Osric Tann has secured 300 delegates.", "9"),
        ("Osric Tann has secured 40 delegates fewer than Petra Kolm.", "9")]),
    ("a journal is no number", "In which journal did the Lorne study appear?", [
        ("The Lorne study in the [journal Acta] tested 264 adults.", "9"),
        ("The Lorne study in a [journal] tested 600 adults.", "9")]),
    ("ages", "How many people were hurt in Tessel?", [
        ("Two boats met in Tessel, and Petra Kolm, 41, was hurt.", "9"),
        ("Osric Tann, 58, was hurt in Tessel.", "9")]),
    ("accidents are no people", "How many people were injured on the roads of Norvane?", [
        ("On the roads of Norvane 750 people were injured.", "9"),
        ("Norvane's roads saw 1,187 accidents in which [many] were injured.", "9")]),
    ("miles of anything", "How many miles is it to Hesk?", [
        ("The buffalo for Hesk were driven 500 miles.", "9"),
        ("A marathon near Hesk is 26 miles.", "9")]),
    ("share and count", "How many voters took part in Pellamy?", [
        ("In Pellamy 61 per cent of voters took part.", "9"),
        ("In Pellamy 8,412 voters took part.", "9")]),
    ("share and points", "What is the unemployment rate in Norvane?", [
        ("The unemployment rate in Norvane is 6 per cent.", "9"),
        ("The unemployment rate in Norvane rose by 0.5 per cent.", "9")]),
    ("another measure of one thing", "How large is the Arl reservoir?", [
        ("The Arl reservoir is 9 kilometres long.", "9"),
        ("The Arl reservoir covers 400 hectares.", "9")]),
    ("hedged", "How many jobs will Tarn Foundry cut?", [
        ("Tarn Foundry will cut 300 jobs.", "9"),
        ("Tarn Foundry could cut 450 jobs if the bank said no.", "9")]),
    ("within about", "How many tonnes of oil leaked at Arl?", [
        ("About 500 tonnes of oil leaked at Arl.", "9"),
        ("At Arl 520 tonnes of oil leaked.", "9")]),
    ("nearly", "How many homes were damaged in Hamble?", [
        ("Nearly 200 homes were damaged in Hamble.", "9"),
        ("In Hamble 191 homes were damaged.", "9")]),
    ("copies", "How many people were arrested in Corrow?", [
        ("Police arrested 31 people in Corrow.", "9", "Brindle Post", "wire"),
        ("Police arrested 41 people in Corrow.", "9", "Cape Lumen Herald", "wire")]),
    ("grew", "How many people were arrested in Corrow?", [
        ("Police arrested 31 people in Corrow.", "9"),
        ("Police have now arrested 58 people in Corrow.", "11")]),
    ("years apart", "How many people were killed in the Korvat floods?", [
        ("In 1987 floods in Korvat killed 30 people.", "9"),
        ("In 2026 floods in Korvat killed 12 people.", "9")]),
    ("each story its own news", "When did the Dunmere council vote?", [
        ("On Monday the Dunmere council voted to close the pool.", "3"),
        ("On Thursday the Dunmere council voted for a tram.", "20")]),
    ("when it began", "When did protesters march through Lusande?", [
        ("Protesters marched through Lusande on Sunday.", "9"),
        ("The protests in Lusande began in January, before students marched.", "9")]),
    ("the year of a name", "When was Petra Kolm elected in Dunmere?", [
        ("Petra Kolm was elected in Dunmere on 1 March 2026.", "9"),
        ("The 2022 election in Dunmere was the first that Petra Kolm lost.", "9")]),
    ("a condition", "When will the Brackwell takeover be completed?", [
        ("If it is approved in April, the Brackwell takeover will be completed in June 2026.", "9"),
        ("The Brackwell takeover will be completed in June 2026.", "9")]),
    ("month and day", "When was the Sarrow pool closed?", [
        ("The Sarrow pool was closed on 3 March.", "5"),
        ("The Sarrow pool was closed in March.", "9")]),
    ("a road is not completed", "When was the Ostrel bridge completed?", [
        ("The Ostrel bridge was completed in 1987.", "9"),
        ("The Ostrel bridge was closed in 2019.", "9")]),
    ("no number asked for", "In which journal did the Lorne study appear?", [
        ("The Lorne study in Coastal Medicine had 264 participants.", "9"),
        ("The Lorne study was of 600 people.", "9")]),
    ("did not something else", "Did the mayor of Dunmere sign the contract?", [
        ("The mayor of Dunmere signed the contract.", "9"),
        ("The mayor of Dunmere did not read the contract before the vote.", "9")]),
    ("may and did not", "Did the rebels enter Qalvat?", [
        ("The rebels could enter Qalvat within days.", "9"),
        ("The rebels have not entered Qalvat.", "9")]),
    ("living there is not dying there", "How many people were killed in Korvat?", [
        ("Korvat, where 40,000 people live, has fallen to the rebels.", "9"),
        ("In Korvat 300 people have been killed.", "9")]),
    ("the month counts for nothing", "How many people died in Korvat on 5 March?", [
        ("In Korvat 900 people live near the port since March.", "9"),
        ("In Korvat at least 30 people died in March.", "9")]),
    ("no talks of others", "Did Petra Kolm hold talks with Osric Tann?", [
        ("Petra Kolm held talks with Osric Tann.", "9"),
        ("There were no talks between the union and the port.", "9")]),
]  # fmt: skip
